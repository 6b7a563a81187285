import { useQuery } from '@tanstack/react-query';
import { useWatch } from 'react-hook-form';
import { useDatasetSize } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { probeNotes, useProbe } from '@/components/live/use-probe.ts';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type DatasetSize, imageCounts } from '@/lib/data/datasets.ts';
import { formatCores, formatCount, formatRoundedUp } from '@/lib/format.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { estimateRun, findCached, type RunEstimate } from '@/lib/work/estimate.ts';
import { type FormValues, readForm } from './read-form.ts';

/** What the run in the form will cost on this machine at most; its phases unfold. Nothing while a value is wrong. */
export function RunEstimateLine() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.speeds.queryOptions());
  const values = useWatch<FormValues>() as FormValues;
  const { data: config } = trainConfigSchema.safeParse(readForm(values));
  const kept = config && data ? findCached(config, data.kept, data.cacheLimit) : null;
  const size = useDatasetSize(config?.dataset);
  const estimate =
    config && data && kept && size ? estimateRun(config, { size, speeds: data.speeds, cached: kept }) : null;
  const probe = useProbe(data && config && size && !estimate?.isMeasured ? config : null);
  if (!config || !data || !size) return null;

  const { engine, threads } = data.machine;
  const machine = `on this machine (${threads === null ? '' : `${formatCores(threads)}, `}${engine})`;
  const doubt = probeNotes[probe];
  const isRough = estimate !== null && !estimate.isMeasured;
  return (
    <details className="min-w-0 grow basis-80 text-sm">
      <summary className="cursor-pointer text-soft marker:text-faint">
        {sizeOf(config, size)}
        {estimate && (
          <>
            {' · '}
            <strong className="font-semibold text-ink" data-estimate-seconds={estimate.seconds.toFixed(1)}>
              at most {formatRoundedUp(estimate.seconds)}
            </strong>{' '}
            {machine}
          </>
        )}
        {doubt && <span className="text-faint">{` · ${isRough ? 'roughly, ' : ''}${doubt}`}</span>}
      </summary>
      {estimate && <Phases estimate={estimate} isKept={kept?.plain === true} />}
    </details>
  );
}

/** `45,000 images × 10 epochs + 45,000 × 10`. */
function sizeOf({ train_limit, epochs_stage1, epochs_stage2 }: TrainConfig, size: DatasetSize): string {
  const images = formatCount(imageCounts(train_limit, size).train);
  const first = `${images} images × ${epochs_stage1} ${epochs_stage1 === 1 ? 'epoch' : 'epochs'}`;
  return epochs_stage2 === 0 ? first : `${first} + ${images} × ${epochs_stage2}`;
}

function Phases({ estimate, isKept }: { estimate: RunEstimate; isKept: boolean }) {
  return (
    <div className="pt-2 pb-1">
      <dl className="flex flex-wrap gap-x-5 gap-y-1">
        {estimate.phases.map(({ phase, seconds }) => (
          <div key={phase} className="flex gap-1.5">
            <dt className="text-soft">{phaseLabels[phase]}</dt>
            <dd className="tabular-nums">
              {phase === 'features' && isKept ? 'kept from earlier' : formatRoundedUp(seconds)}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-1 text-faint text-xs">
        With every epoch, and a little room; early stopping may end it sooner. From the speed that this machine has
        shown.
      </p>
    </div>
  );
}
