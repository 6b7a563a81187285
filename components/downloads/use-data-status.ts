import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { describeWait, isDownloading } from './data-status.ts';

/** What is in the data folder, polled: every second during a download, else every 5 s, since files can be added manually. */
export function useDataStatus({ enabled = true } = {}) {
  const trpc = useTRPC();
  return useQuery(
    trpc.data.status.queryOptions(undefined, {
      enabled,
      refetchInterval: ({ state }) => (state.data?.parts.some(isDownloading) ? 1000 : 5000),
    }),
  ).data;
}

/** Which download a queued run waits for; null when it only waits for its turn. */
export function useWaitReason({ status, config }: Pick<RunSummary, 'status' | 'config'>): string | null {
  const isQueued = status === 'queued';
  const data = useDataStatus({ enabled: isQueued });
  return isQueued && data ? describeWait(data, config) : null;
}
