'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/live/trpc.ts';

/** Options of a mutation that changes a run: refetches the run and the table, also after an error. */
export function useInvalidateRuns() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return { onSettled: () => queryClient.invalidateQueries({ queryKey: trpc.runs.pathKey() }) };
}
