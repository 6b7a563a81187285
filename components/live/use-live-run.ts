import { useQuery } from '@tanstack/react-query';
import { isSettled, type RunDetail } from '@/lib/run/run.ts';
import { useTRPC } from './trpc.ts';
import { useFollow } from './use-follow.ts';
import { useVisible } from './use-visible.ts';

/** A hidden tab has no stream; it asks this often, for its title. */
const hiddenInterval = 15_000;

/** No event reports that a run has moved up in the queue. */
const queuedInterval = 5000;

/** A run that is kept up to date: read once, then followed by stream from the cursor of what was read. */
export function useLiveRun(initial: RunDetail): { run: RunDetail; connected: boolean } {
  const trpc = useTRPC();
  const visible = useVisible();
  const { data: run } = useQuery({
    ...trpc.runs.get.queryOptions({ id: initial.id }),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
    // An answer that was under way while events streamed in must not take them back.
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
