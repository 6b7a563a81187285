'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Repeat2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useDatasetSize } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { probeInWords, useProbe } from '@/components/live/use-probe.ts';
import { Card } from '@/components/ui/card.tsx';
import { hasBatchEpochs } from '@/lib/compare/compared-run.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { formatRoundedUp } from '@/lib/format.ts';
import { cutsInWords, scaledReproduction, wholeReproduction } from '@/lib/logs/reproduction.ts';
import { wholeEpochs } from '@/lib/logs/whole-epochs.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { estimateRun, findKept, type RunEstimate } from '@/lib/work/estimate.ts';

/** A run that is scaled down takes no longer than this, in seconds. */
const mostSeconds = 900;

/** An imported log's run once more, on this machine: whole, or as much of it as is done in a quarter of an hour. */
export function RunReproduce({ run }: { run: RunDetail }) {
  return run.status === 'imported' ? <Offer run={run} /> : null;
}

function Offer({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { data } = useQuery(trpc.system.speeds.queryOptions());
  const size = useDatasetSize(run.config.dataset);
  const start = useMutation(trpc.runs.reproduce.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${id}`) }));
  const estimateOf = (config: TrainConfig): RunEstimate | null =>
    data && size
      ? estimateRun(config, { size, speeds: data.speeds, kept: findKept(config, data.kept, data.cacheLimit) })
      : null;
  const secondsOf = (config: TrainConfig) => estimateOf(config)?.seconds ?? null;
  const whole = wholeReproduction(
    { config: run.config, epochs: eventsOf(run, 'epoch'), whole: wholeEpochs(run) },
    run.name,
  );
  const scaled = scaledReproduction(whole, secondsOf, mostSeconds);
  const probe = useProbe(data && size && !estimateOf(whole)?.isMeasured ? whole : null);
  const doubt = probeInWords[probe];
  const inTime = (config: TrainConfig) => {
    const seconds = secondsOf(config);
    if (seconds === null) return ['how long it takes here is not known yet', ...(doubt ? [doubt] : [])].join(' · ');
    return `at most ${formatRoundedUp(seconds)} here${doubt ? ` · roughly, ${doubt}` : ''}`;
  };
  const button = (name: string, config: TrainConfig, detail: string) => (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <button
        type="button"
        className="button"
        disabled={start.isPending || start.isSuccess}
        onClick={() => start.mutate({ of: run.id, config })}
      >
        <Repeat2 size={14} aria-hidden />
        {name}
      </button>
      <span className="text-soft">{detail}</span>
    </li>
  );
  return (
    <Card title="Reproduce" note="the same config as a new run, its curve drawn over this one’s">
      <ul className="grid gap-2">
        {button('Reproduce it whole', whole, inTime(whole))}
        {scaled && button('Reproduce it scaled down', scaled, `${cutsInWords(scaled, whole)}: ${inTime(scaled)}`)}
      </ul>
      {hasBatchEpochs(run) && (
        <p className="mt-2 text-faint text-xs">
          Half of its epochs in stage 2 were single batches, so half as many whole ones are asked for.
        </p>
      )}
      {start.error && (
        <p role="alert" className="mt-2 text-bad">
          {start.error.message}
        </p>
      )}
    </Card>
  );
}
