import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { speedKind } from '@/lib/work/estimate.ts';
import { useTRPC } from './trpc.ts';

/** A measurement starts only after the form has not changed for this long. Milliseconds. */
const debounce = 800;

/** `busy`: a run is training, so nothing can be measured. */
export type ProbeState = 'idle' | 'probing' | 'busy' | 'failed';

/** Shown next to an estimate that is not based on a measurement of this kind of run. */
export const probeNotes: Record<ProbeState, string | null> = {
  idle: null,
  probing: 'measuring …',
  busy: 'to be measured when no run is training',
  failed: 'could not be measured',
};

/**
 * Measures this machine's speed for a kind of config that has no measurement yet, as soon as no run is training.
 * @param config null if nothing needs to be measured
 */
export function useProbe(config: TrainConfig | null): ProbeState {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const { data: status } = useQuery(trpc.system.status.queryOptions());
  const isTraining = status?.running != null;
  const [failed, setFailed] = useState<string | null>(null);
  const { mutate, isPending } = useMutation(
    trpc.system.probe.mutationOptions({
      onSuccess: async (outcome, probed) => {
        // Awaited, so that no second probe starts before the new speeds have arrived.
        if (outcome === 'measured') await queryClient.invalidateQueries({ queryKey: trpc.system.speeds.queryKey() });
        if (outcome === 'busy') await queryClient.invalidateQueries({ queryKey: trpc.system.status.queryKey() });
        if (outcome === 'failed') setFailed(kindOf(probed as TrainConfig));
      },
      onError: (_, probed) => setFailed(kindOf(probed as TrainConfig)),
    }),
  );
  // Fields that do not affect the speed must not trigger another measurement.
  const kind = config && kindOf(config);
  const isDue = kind !== null && kind !== failed && !isTraining && !isPending;
  const configJson = config && JSON.stringify(config);
  useEffect(() => {
    if (!isDue || configJson === null) return;
    const timer = setTimeout(() => mutate(JSON.parse(configJson)), debounce);
    return () => clearTimeout(timer);
  }, [isDue, configJson, mutate]);
  if (kind === null) return 'idle';
  if (isTraining) return 'busy';
  return kind === failed ? 'failed' : 'probing';
}

const kindOf = (config: TrainConfig): string => JSON.stringify(speedKind(config));
