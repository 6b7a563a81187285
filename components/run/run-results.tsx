import { ConfusionMatrix } from '@/components/charts/confusion-matrix.tsx';
import { Card } from '@/components/ui/card.tsx';
import { formatAccuracy, formatDuration, formatPoints } from '@/lib/format.ts';
import type { RunMetrics } from '@/lib/run/metrics.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { stageEnds } from '@/lib/run/reduce-run.ts';
import { type RunDetail, secondsBetween } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';

/** A run's accuracies and times. Placeholders reserve the space until they are available. */
export function RunResults({ run }: { run: RunDetail }) {
  if (hasNoResults(run)) {
    return (
      <Card title="Results">
        <p className="text-faint">
          {run.status === 'imported'
            ? 'The log has no evaluation results.'
            : 'No results: this run ended before evaluation.'}
        </p>
      </Card>
    );
  }
  return (
    <>
      <Card title="Results" note="change from stage 1, in points">
        <Accuracies metrics={run.metrics} />
        <StageRemarks run={run} />
      </Card>
      <Card title="Time">
        <Times run={run} />
      </Card>
    </>
  );
}

/** A run's confusion matrix on the test images. */
export function RunMatrix({ run }: { run: RunDetail }) {
  if (hasNoResults(run) || (run.status === 'imported' && !run.confusion)) return null;
  return (
    <Card title="Confusion matrix">
      {run.confusion ? (
        <ConfusionMatrix confusion={run.confusion} classes={run.classes} test={run.test} />
      ) : (
        <NotYet>test images by class</NotYet>
      )}
    </Card>
  );
}

const hasNoResults = ({ status, metrics }: RunDetail): boolean => isFinal(status) && !metrics;

function NotYet({ children }: { children: string }) {
  return <p className="text-faint">Available after evaluation: {children}.</p>;
}

const rows: { name: string; help: string; val: keyof RunMetrics; test: keyof RunMetrics }[] = [
  { name: 'Stage 1', help: 'plain, before fine-tuning', val: 'val_stage1', test: 'test_stage1' },
  { name: 'Final', help: 'plain', val: 'val_end2end', test: 'test_end2end' },
  { name: 'Final, TTA', help: 'mean of image and mirror image', val: 'val_tta', test: 'test_tta' },
];

function Accuracies({ metrics }: { metrics: RunMetrics | null }) {
  return (
    <table className="w-full">
      <thead className="text-faint text-xs">
        <tr>
          <td />
          <th scope="col" className="pb-1 text-right font-normal">
            validation
          </th>
          <th scope="col" className="pb-1 text-right font-normal">
            test
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, help, val, test }) => (
          <tr key={name} className="border-line border-t">
            <th scope="row" className="py-1.5 pr-2 text-left font-medium">
              {name} <span className="block font-normal text-faint text-xs">{help}</span>
            </th>
            <Figure metrics={metrics} name={val} before="val_stage1" />
            <Figure metrics={metrics} name={test} before="test_stage1" />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface FigureProps {
  metrics: RunMetrics | null;
  name: keyof RunMetrics;
  /** The stage 1 accuracy it is compared with. */
  before: 'val_stage1' | 'test_stage1';
}

function Figure({ metrics, name, before }: FigureProps) {
  const value = metrics?.[name] ?? null;
  return (
    <td className="py-1.5 pl-3 text-right align-top">
      <span className={value === null ? 'text-faint' : 'font-semibold text-[15px]'}>{formatAccuracy(value)}</span>
      <span className="block h-4 text-faint text-xs">
        {value !== null && name !== before && formatDifference(value, metrics?.[before] ?? null)}
      </span>
    </td>
  );
}

const formatDifference = (value: number, before: number | null): string =>
  before === null ? '' : formatPoints(value - before);

/** Each stage's best epoch, and a warning if fine-tuning lowered accuracy. */
function StageRemarks({ run }: { run: RunDetail }) {
  const { metrics } = run;
  const ends = stageEnds(run);
  const change = changeByStage2(run);
  return (
    <div className="mt-2 min-h-10 space-y-1 border-line border-t pt-2 text-soft text-xs">
      {!metrics && ends.length === 0 && <NotYet>accuracy on validation and test images</NotYet>}
      {ends.map(({ stage, bestEpoch, epochs, stoppedEarly, finishedEarly }) => (
        <p key={stage}>
          Stage {stage}: best epoch {bestEpoch} of {epochs}
          {stoppedEarly && ' (stopped early: validation loss stopped improving)'}
          {finishedEarly && ' (ended early on request)'}
        </p>
      ))}
      {change !== null && change < 0 && (
        <p className="font-medium text-warn">
          Stage 2 ended {formatPoints(change).slice(1)} points below stage 1’s validation accuracy: fine-tuning lowered
          accuracy.
        </p>
      )}
    </div>
  );
}

/** Change of validation accuracy by fine-tuning, within −1…1; null without fine-tuning or if an accuracy is missing. */
function changeByStage2({ metrics, config }: RunDetail): number | null {
  if (config.epochs_stage2 === 0 || metrics?.val_end2end == null || metrics.val_stage1 === null) return null;
  return metrics.val_end2end - metrics.val_stage1;
}

function Times({ run: { timing, startedAt, finishedAt } }: { run: RunDetail }) {
  const parts: [string, number | null][] = [
    [
      timing?.features_cached ? `${phaseLabels.features} (cached)` : phaseLabels.features,
      timing?.feature_extract ?? null,
    ],
    [phaseLabels.head, timing?.top_train ?? null],
    [
      timing?.frozen_cached ? `${phaseLabels.finetune} (frozen part cached)` : phaseLabels.finetune,
      timing?.end2end ?? null,
    ],
    ['Training total', timing?.total ?? null],
    ['Evaluation (not included)', timing?.evaluation ?? null],
    ['Wall-clock time', startedAt && finishedAt ? secondsBetween(startedAt, finishedAt) : null],
  ];
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-x-4 gap-y-1 text-sm">
      {parts.map(([name, seconds]) => (
        <div key={name} className="contents">
          <dt className={name === 'Training total' ? 'font-semibold' : 'text-soft'}>{name}</dt>
          <dd
            className={`text-right ${name === 'Training total' ? 'font-semibold' : ''}`}
            title={seconds === null ? undefined : `${seconds.toFixed(1)} s`}
          >
            {seconds === null ? <span className="text-faint">–</span> : formatDuration(seconds)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
