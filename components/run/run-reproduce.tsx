'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { Repeat2 } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useDatasetSize } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { probeNotes, useProbe } from '@/components/live/use-probe.ts';
import { Card } from '@/components/ui/card.tsx';
import { hasBatchEpochs } from '@/lib/compare/compared-run.ts';
import { settingFields } from '@/lib/config/field-table.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { formatDurationRange } from '@/lib/format.ts';
import { completeEpochs } from '@/lib/logs/complete-epochs.ts';
import { describeScaling, reproductionConfig, scaledDownConfig } from '@/lib/logs/reproduction.ts';
import { describeDefaults, describeUnusable, isKnown } from '@/lib/run/known-settings.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { estimateRun, findCached, type RunEstimate } from '@/lib/work/estimate.ts';

/** A scaled-down run takes no longer than this, in seconds. */
const maxSeconds = 900;

/** Offers to reproduce an imported log on this machine: in full, or scaled down to 15 minutes. */
export function RunReproduce({ run }: { run: RunDetail }) {
  if (run.status !== 'imported') return null;
  const unusable = describeUnusable(run);
  const hasSettings = settingFields.some((name) => isKnown(run, name));
  if (unusable.length === 0 && hasSettings) return <Offer run={run} />;
  return (
    <Card title="Reproduce">
      <p className="text-soft">
        {hasSettings || unusable.length > 0
          ? `This log cannot be reproduced here, because of its settings: ${unusable.join('; ')}.`
          : 'This log cannot be reproduced, because it contains no settings.'}
      </p>
    </Card>
  );
}

function Offer({ run }: { run: RunDetail }) {
  const trpc = useTRPC();
  const router = useRouter();
  const { data } = useQuery(trpc.system.speeds.queryOptions());
  const size = useDatasetSize(run.config.dataset);
  const start = useMutation(trpc.runs.reproduce.mutationOptions({ onSuccess: ({ id }) => router.push(`/runs/${id}`) }));
  const estimateOf = (config: TrainConfig): RunEstimate | null =>
    data && size
      ? estimateRun(config, { size, speeds: data.speeds, cached: findCached(config, data.kept, data.cacheLimit) })
      : null;
  const secondsOf = (config: TrainConfig) => estimateOf(config)?.seconds ?? null;
  const full = reproductionConfig(
    { config: run.config, epochs: eventsOf(run, 'epoch'), whole: completeEpochs(run) },
    run.name,
  );
  const scaled = scaledDownConfig(full, secondsOf, maxSeconds);
  const probe = useProbe(data && size && !estimateOf(full)?.isMeasured ? full : null);
  const note = probeNotes[probe];
  const describeTime = (config: TrainConfig) => {
    const estimate = estimateOf(config);
    const time = estimate
      ? `About ${formatDurationRange(estimate.likelySeconds, estimate.seconds)} on this machine`
      : 'Time on this machine not known yet';
    return note ? `${time} · ${note}` : time;
  };
  const filled = describeDefaults(run);
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
    <Card title="Reproduce" note="starts a new run with the log’s config and overlays both curves">
      <ul className="grid gap-2">
        {button('Reproduce in full', full, describeTime(full))}
        {scaled &&
          button('Reproduce scaled down', scaled, `${describeScaling(scaled, full)} · ${describeTime(scaled)}`)}
      </ul>
      {filled.length > 0 && (
        <p className="mt-2 text-soft text-xs">Not in the log, so the new run uses defaults: {filled.join('; ')}.</p>
      )}
      {hasBatchEpochs(run) && (
        <p className="mt-2 text-faint text-xs">
          Half of this log’s stage 2 epochs trained on a single batch, so the new run trains half as many, all complete.
        </p>
      )}
      {start.error && (
        <p role="alert" className="mt-2 text-bad">
          {/* The message about a field follows its name. */}
          {[...Object.keys(start.error.data?.fields ?? {}), start.error.message].join(' ')}
        </p>
      )}
    </Card>
  );
}
