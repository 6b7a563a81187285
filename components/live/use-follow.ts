import { useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { isEndEvent } from '@/lib/run/end-event.ts';
import { reduceRun, reduceSummary } from '@/lib/run/reduce-run.ts';
import type { RunsPage, StoredEvent } from '@/lib/run/run.ts';
import { useTRPC } from './trpc.ts';
import { useVisible } from './use-visible.ts';

interface Options {
  /** Id of the last known event, after which a single run's stream starts. The stream of all runs starts now. */
  cursor?: number;
  /** The run emits no more events, so no stream is opened. */
  isOver?: boolean;
}

/**
 * Follows the event stream of one run, or of all runs (null), and updates the query cache. The reducer applies events to
 * the result of `runs.get` and ignores those that it already contains, so a stream may overlap with a read. A hidden tab
 * closes its stream, since a browser allows six connections per host.
 * @returns whether the page is up to date; true also when it does not need a stream
 */
export function useFollow(runId: string | null, { cursor, isOver = false }: Options = {}): { connected: boolean } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const enabled = useVisible() && !isOver;
  const from = useCursorAtStart(enabled, cursor);

  const readOverviewAgain = useThrottled(() => {
    void queryClient.invalidateQueries({ queryKey: trpc.runs.list.queryKey() });
    void queryClient.invalidateQueries({ queryKey: trpc.dashboard.pathKey() });
    void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
  });

  const applyEvent = (stored: StoredEvent) => {
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
      onData: (message) => applyEvent('data' in message ? message.data : message),
      // Changes without an event may have happened in the meantime: a run was deleted, the server restarted.
      onStarted: () => {
        void queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() });
        void queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
      },
    }),
  );
  return { connected: !enabled || status === 'pending' };
}

/**
 * The cursor at the time the subscription was enabled, as the stream's input. After a disconnect the stream itself
 * resumes from its last event, and an input that changed with every event would open a new stream for each.
 */
function useCursorAtStart(enabled: boolean, cursor: number | undefined): string | null {
  const latest = useRef(cursor);
  latest.current = cursor;
  const [from, setFrom] = useState(cursor);
  useEffect(() => {
    if (enabled) setFrom(latest.current);
  }, [enabled]);
  return from === undefined ? null : String(from);
}

/** Runs `action` at most once every 500 ms: the epochs of head training are short. */
function useThrottled(action: () => void): () => void {
  const latest = useRef(action);
  latest.current = action;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      latest.current();
    }, 500);
  }, []);
}
