import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { speedKind } from '@/lib/work/estimate.ts';
import { useTRPC } from './trpc.ts';

/** Whoever moves a slider is asked nothing before it rests. Milliseconds. */
const rest = 800;

/** `busy`: a run trains. */
export type ProbeState = 'idle' | 'probing' | 'busy' | 'failed';

/** Said of a time that stands on no such measurement. */
export const probeInWords: Record<ProbeState, string | null> = {
  idle: null,
  probing: 'measuring …',
  busy: 'to be measured when nothing trains',
  failed: 'could not be measured',
};

/**
 * Has this machine measured for a config of a kind that it has shown no speed for; once nothing trains.
 * @param config null: there is nothing to measure
 */
export function useProbe(config: TrainConfig | null): ProbeState {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data: status } = useQuery(trpc.system.status.queryOptions());
  const isTraining = status?.running != null;
  const [failed, setFailed] = useState<string | null>(null);
  const { mutate, isPending } = useMutation(
    trpc.system.probe.mutationOptions({
      onSuccess: async (outcome, asked) => {
        // Waited for: until what is new is there, nothing more is asked.
        if (outcome === 'measured') await queryClient.invalidateQueries({ queryKey: trpc.system.speeds.queryKey() });
        if (outcome === 'busy') await queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
        if (outcome === 'failed') setFailed(kindOf(asked as TrainConfig));
      },
      onError: (_, asked) => setFailed(kindOf(asked as TrainConfig)),
    }),
  );
  // What does not change the speed asks for no other measurement.
  const kind = config && kindOf(config);
  const isDue = kind !== null && kind !== failed && !isTraining && !isPending;
  const order = config && JSON.stringify(config);
  useEffect(() => {
    if (!isDue || order === null) return;
    const timer = setTimeout(() => mutate(JSON.parse(order)), rest);
    return () => clearTimeout(timer);
  }, [isDue, order, mutate]);
  if (kind === null) return 'idle';
  if (isTraining) return 'busy';
  return kind === failed ? 'failed' : 'probing';
}

const kindOf = (config: TrainConfig): string => JSON.stringify(speedKind(config));
