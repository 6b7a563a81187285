import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { Card } from '@/components/ui/card.tsx';
import { Segments } from '@/components/ui/segments.tsx';
import { useThrottledValue } from '@/components/ui/use-throttled-value.ts';
import { type CompareState, comparedAxes } from '@/lib/compare/compare-state.ts';
import { type ComparedRun, curveOf, hasBatchEpochs } from '@/lib/compare/compared-run.ts';
import { isKnown } from '@/lib/run/known-settings.ts';
import { prepareComparedCurves } from '@/lib/series/compared-curves.ts';
import { quantities } from '@/lib/series/quantities.ts';
import { groupSeeds } from '@/lib/stats/group-seeds.ts';
import type { ComparePartProps } from './compare-verdicts.tsx';

/** Milliseconds between redraws. Head training can run ten epochs a second. */
const drawInterval = 400;

/** The curves of one quantity, overlaid for all runs. */
export function CompareCurves({ compared, state, onChange }: ComparePartProps) {
  const drawn = useThrottledValue(compared, drawInterval);
  const { metric, x, y, smooth, seeds, batches } = state;
  const hasBatches = compared.some(({ run }) => hasBatchEpochs(run));
  const hasSeeds = groupSeeds(compared.map(({ run }) => run)).length < compared.length;
  const isGrouped = seeds && hasSeeds;
  const chart = useMemo(() => {
    const placed = x === 'step' ? drawn.filter(hasKnownSteps) : drawn;
    const groups = isGrouped
      ? groupSeeds(
          placed.map((each) => ({
            ...each,
            config: each.run.config,
            logFacts: each.run.logFacts,
            test: each.run.test,
          })),
        )
      : placed.map((each) => [each]);
    return prepareComparedCurves(
      groups.map((group) => group.map((each) => curveOf(each, batches))),
      { metric, x, y, smooth },
    );
  }, [drawn, metric, x, y, smooth, batches, isGrouped]);
  return (
    <Card title="Curves" note={isGrouped ? 'bands: ± one standard deviation' : undefined}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 pb-1">
        <select
          aria-label="Metric"
          className="field w-44"
          value={metric}
          onChange={(event) => onChange({ metric: event.target.value as CompareState['metric'] })}
        >
          {Object.entries(quantities).map(([value, { name }]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <Segments label="X axis" value={x} onChange={(axis) => onChange({ x: axis })} choices={comparedAxes} />
        <Segments
          label="Y axis scale"
          value={y}
          onChange={(scale) => onChange({ y: scale })}
          choices={{ linear: 'Linear', log: 'Log' }}
        />
        {hasSeeds && (
          <Segments
            label="Seeds"
            value={seeds ? 'grouped' : 'single'}
            onChange={(value) => onChange({ seeds: value === 'grouped' })}
            choices={{ single: 'Individual runs', grouped: 'Mean over seeds' }}
          />
        )}
        {hasBatches && (
          <Segments
            label="Epochs"
            value={batches ? 'all' : 'complete'}
            onChange={(value) => onChange({ batches: value === 'all' })}
            choices={{ complete: 'Complete epochs', all: 'Include single batches' }}
          />
        )}
        <label className="flex items-center gap-2 text-soft text-xs">
          Smoothing
          <input
            type="range"
            min={0}
            max={0.99}
            step={0.01}
            value={smooth}
            onChange={(event) => onChange({ smooth: Number(event.target.value) })}
            className="w-28"
          />
          <output className="w-8">{smooth === 0 ? 'off' : smooth.toFixed(2)}</output>
        </label>
      </div>
      <Plot chart={chart} height={340} />
      {x === 'step' && <StepNotes compared={compared} />}
      <ul className="flex flex-wrap gap-x-4 gap-y-1 pt-1 text-soft text-xs">
        {compared.map(({ run, name, colour }) => (
          <li key={run.id} className="flex min-w-0 items-center gap-1.5">
            <span className="h-0.5 w-3.5 rounded-full" style={{ background: colour }} aria-hidden />
            <span className="truncate">{name}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const hasKnownSteps = ({ run }: ComparedRun): boolean => isKnown(run, 'batch_size');

/** Which runs have no known steps, and which have them only if the log's run trained on all images. */
function StepNotes({ compared }: { compared: readonly ComparedRun[] }) {
  const hidden = compared.filter((each) => !hasKnownSteps(each));
  const assumed = compared.filter((each) => hasKnownSteps(each) && !isKnown(each.run, 'dataset', 'train_limit'));
  const names = (runs: readonly ComparedRun[]) => runs.map(({ name }) => name).join(', ');
  return (
    <>
      {hidden.length > 0 && (
        <p className="text-faint text-xs">Not shown, because the batch size is not in the log: {names(hidden)}.</p>
      )}
      {assumed.length > 0 && (
        <p className="text-faint text-xs">
          Assumes all 45,000 training images of CIFAR-10, because the log does not say: {names(assumed)}.
        </p>
      )}
    </>
  );
}
