import { useQuery } from '@tanstack/react-query';
import { useWatch } from 'react-hook-form';
import { useDatasetSize } from '@/components/downloads/use-datasets.ts';
import { useTRPC } from '@/components/live/trpc.ts';
import { probeNotes, useProbe } from '@/components/live/use-probe.ts';
import { type TrainConfig, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type DatasetSize, imageCounts } from '@/lib/data/datasets.ts';
import { formatCores, formatCount, formatDurationRange, formatRoundedUp } from '@/lib/format.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { estimateRun, findCached, type RunEstimate } from '@/lib/work/estimate.ts';
import { type FormValues, readForm } from './read-form.ts';

/** The estimated duration of the run in the form, with a foldable list of its phases. Nothing while a value is invalid. */
export function RunEstimateLine() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.speeds.queryOptions());
  const values = useWatch<FormValues>() as FormValues;
  const { data: config } = trainConfigSchema.safeParse(readForm(values));
  const cached = config && data ? findCached(config, data.kept, data.cacheLimit) : null;
  const size = useDatasetSize(config?.dataset);
  const estimate = config && data && cached && size ? estimateRun(config, { size, speeds: data.speeds, cached }) : null;
  const probe = useProbe(data && config && size && !estimate?.isMeasured ? config : null);
  if (!config || !data || !size) return null;

  const { engine, threads } = data.machine;
  const machine = `on this machine (${threads === null ? '' : `${formatCores(threads)}, `}${engine})`;
  const note = probeNotes[probe];
  const isRough = estimate !== null && !estimate.isMeasured;
  return (
    <details className="min-w-0 grow basis-80 text-sm">
      <summary className="cursor-pointer text-soft marker:text-faint">
        {estimate && (
          <>
            <strong className="font-semibold text-ink" data-estimate-seconds={estimate.seconds.toFixed(1)}>
              About {formatDurationRange(estimate.likelySeconds, estimate.seconds)}
            </strong>{' '}
            {machine}
            {' · '}
          </>
        )}
        {describeSize(config, size)}
        {note && <span className="text-faint">{` · ${isRough ? 'rough estimate, ' : ''}${note}`}</span>}
      </summary>
      {estimate && <Phases estimate={estimate} isCached={cached?.plain === true} />}
    </details>
  );
}

/** `45,000 images × 10 epochs + 45,000 × 10`. */
function describeSize({ train_limit, epochs_stage1, epochs_stage2 }: TrainConfig, size: DatasetSize): string {
  const images = formatCount(imageCounts(train_limit, size).train);
  const first = `${images} images × ${epochs_stage1} ${epochs_stage1 === 1 ? 'epoch' : 'epochs'}`;
  return epochs_stage2 === 0 ? first : `${first} + ${images} × ${epochs_stage2}`;
}

function Phases({ estimate, isCached }: { estimate: RunEstimate; isCached: boolean }) {
  return (
    <div className="pt-2 pb-1">
      <dl className="flex flex-wrap gap-x-5 gap-y-1">
        {estimate.phases.map(({ phase, seconds }) => (
          <div key={phase} className="flex gap-1.5">
            <dt className="text-soft">{phaseLabels[phase]}</dt>
            <dd className="tabular-nums">{phase === 'features' && isCached ? 'cached' : formatRoundedUp(seconds)}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-1 text-faint text-xs">
        Upper limits from this machine’s measured speed, with every epoch and some headroom. Early stopping can end the
        run sooner.
      </p>
    </div>
  );
}
