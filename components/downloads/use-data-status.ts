import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { isComing, waitsFor } from './data-status.ts';

/** What the data folder holds: asked every second while something comes, else now and then, as people put files there. */
export function useDataStatus({ enabled = true } = {}) {
  const trpc = useTRPC();
  return useQuery(
    trpc.data.status.queryOptions(undefined, {
      enabled,
      refetchInterval: ({ state }) => (state.data?.parts.some(isComing) ? 1000 : 5000),
    }),
  ).data;
}

/** What a run in line waits for beside its turn; null where there is nothing. */
export function useWaitsFor({ status, config }: Pick<RunSummary, 'status' | 'config'>): string | null {
  const isQueued = status === 'queued';
  const data = useDataStatus({ enabled: isQueued });
  return isQueued && data ? waitsFor(data, config) : null;
}
