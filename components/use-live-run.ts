import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useSubscription } from '@trpc/tanstack-react-query';
import { useEffect } from 'react';
import type { RunDetail } from '@/lib/run.ts';
import { isFinal } from '@/lib/run-status.ts';
import { type LiveRun, reduceRun } from './reduce-run.ts';
import { useTRPC } from './trpc.ts';
import { useVisible } from './use-visible.ts';

/** A hidden tab has no stream; it asks this often, for its title. */
const hiddenInterval = 15_000;

/**
 * A run as it is now and as it goes on: read once, then followed by stream from the cursor of what was read. Whatever is
 * read again or streamed twice ends in the same state.
 */
export function useLiveRun(initial: RunDetail): { run: LiveRun; connected: boolean } {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const visible = useVisible();
  const options = trpc.runs.get.queryOptions({ id: initial.id });
  const { data: run = initial } = useQuery({
    ...options,
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    // An answer that was under way while events streamed in must not take them back.
    structuralSharing: (before, after) =>
      before && (before as LiveRun).cursor > (after as LiveRun).cursor ? before : after,
    refetchInterval: ({ state }) => (!visible && state.data && !isFinal(state.data.status) ? hiddenInterval : false),
    refetchIntervalInBackground: true,
  });
  // Always from where the page began: what was seen already is told apart by its id, and on a break the stream itself
  // goes on after the last event.
  const follows = visible && !isFinal(run.status);
  const { status } = useSubscription({
    ...trpc.runs.follow.subscriptionOptions(
      { runId: initial.id, lastEventId: initial.cursor },
      {
        enabled: follows,
        onData: (message) => {
          const stored = 'data' in message ? message.data : message;
          queryClient.setQueryData(options.queryKey, (before) => before && reduceRun(before, stored));
        },
      },
    ),
  });

  // Files and the last lines of the log are read again when a run has ended; and all of it after the stream was away.
  const ended = isFinal(run.status);
  useEffect(() => {
    if (ended || visible) void queryClient.invalidateQueries({ queryKey: options.queryKey });
  }, [ended, visible, queryClient, options.queryKey]);

  return { run, connected: !follows || status === 'pending' };
}
