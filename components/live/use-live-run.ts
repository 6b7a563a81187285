import { useQuery } from '@tanstack/react-query';
import { isSettled, type RunDetail } from '@/lib/run/run.ts';
import { useTRPC } from './trpc.ts';
import { useFollow } from './use-follow.ts';
import { useVisible } from './use-visible.ts';

/** How often a hidden tab, which has no stream, refetches the run to update its title. Milliseconds. */
const hiddenInterval = 15_000;

/** How often the position of a queued run is refetched: no event reports it. Milliseconds. */
const queuedInterval = 5000;

/** A run's current state: read once, then updated by the event stream from the cursor of that read. */
export function useLiveRun(initial: RunDetail): { run: RunDetail; connected: boolean } {
  const trpc = useTRPC();
  const visible = useVisible();
  const { data: run } = useQuery({
    ...trpc.runs.get.queryOptions({ id: initial.id }),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    // A response that was in flight while events arrived must not revert them.
    structuralSharing: (before, after) => (isOlder(after, before) ? before : after),
    refetchInterval: ({ state: { data } }) => {
      if (!data || isSettled(data)) return false;
      if (!visible) return hiddenInterval;
      return data.status === 'queued' ? queuedInterval : false;
    },
    refetchIntervalInBackground: true,
  });
  const { connected } = useFollow(run.id, { cursor: run.cursor, isOver: isSettled(run) });
  return { run, connected };
}

const isOlder = (after: unknown, before: unknown): boolean =>
  before !== undefined && (after as RunDetail).cursor < (before as RunDetail).cursor;
