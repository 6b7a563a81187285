import { useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isEndEvent } from '@/lib/run/events.ts';
import { reduceRun, reduceSummary } from '@/lib/run/reduce-run.ts';
import type { RunsPage, StoredEvent } from '@/lib/run/run.ts';
import { useTRPC } from './trpc.ts';
import { useVisible } from './use-visible.ts';

interface Options {
  /** The last event that is known, where one run's stream begins; all runs' begins now. */
  cursor?: number;
  /** Nothing more will come, so there is nothing to follow. */
  isOver?: boolean;
}

/**
 * Keeps what a page has read about one run, or about all (null), as new as the server's stream of events. Events go
 * through the one reducer into what `runs.get` read, so a stream that overlaps with a read changes nothing twice. A
 * hidden tab has no stream: a browser allows six connections to a host.
 * @returns whether what is shown is kept new; true also where it need not be
 */
export function useFollow(runId: string | null, { cursor, isOver = false }: Options = {}): { connected: boolean } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const enabled = useVisible() && !isOver;
  const from = useCursorWhen(enabled, cursor);

  const readOverviewAgain = useThrottled(() => {
    void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
    void queryClient.invalidateQueries({ queryKey: trpc.dashboard.pathKey() });
    void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
  });

  const takeIn = (stored: StoredEvent) => {
    const { event } = stored;
    const key = trpc.runs.get.queryKey({ id: stored.runId });
    queryClient.setQueryData(key, (run) => run && reduceRun(run, stored));
    if (event.type === 'progress') {
      queryClient.setQueriesData({ queryKey: trpc.runs.list.queryKey() }, (page: RunsPage | undefined) =>
        page?.runs.some((run) => run.id === stored.runId)
          ? { ...page, runs: page.runs.map((run) => (run.id === stored.runId ? reduceSummary(run, event) : run)) }
          : page,
      );
      return;
    }
    readOverviewAgain();
    if (!isEndEvent(event) && event.type !== 'queued-again') return;
    // Files, the last lines of the log, and comparisons of predictions are no events.
    void queryClient.invalidateQueries({ queryKey: key });
    void queryClient.invalidateQueries({ queryKey: trpc.compare.pathKey() });
  };

  const { status } = useSubscription(
    trpc.runs.follow.subscriptionOptions(runId === null ? {} : { runId, lastEventId: from }, {
      enabled,
      onData: (message) => takeIn('data' in message ? message.data : message),
      // While there was no stream, things happened that are no events: a run was deleted, the server came back.
      onStarted: () => {
        void queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() });
        void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
      },
    }),
  );
  return { connected: !enabled || status === 'pending' };
}

/**
 * The cursor as it was when following began, as the stream's input: after a break the stream itself goes on from its
 * last event, and an input that changed with every event would open a stream for each.
 */
function useCursorWhen(enabled: boolean, cursor: number | undefined): string | null {
  const known = useRef(cursor);
  known.current = cursor;
  const [from, setFrom] = useState(cursor);
  useEffect(() => {
    if (enabled) setFrom(known.current);
  }, [enabled]);
  return from === undefined ? null : String(from);
}

/** The same action, half a second later, however often it is asked for meanwhile: head training has short epochs. */
function useThrottled(action: () => void): () => void {
  const newest = useRef(action);
  newest.current = action;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      newest.current();
    }, 500);
  }, []);
}
