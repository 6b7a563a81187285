import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { Card } from '@/components/ui/card.tsx';
import { ScrollSideways } from '@/components/ui/scroll-sideways.tsx';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { describeValue } from '@/lib/config/describe-value.ts';
import { fields } from '@/lib/config/fields.ts';
import { trainImages } from '@/lib/data/datasets.ts';
import { formatAccuracy, formatDuration } from '@/lib/format.ts';
import { type ParallelAxis, prepareParallel } from '@/lib/series/parallel.ts';

/** A line a run across every field in which they differ, to what came of it. */
export function CompareParallel({ compared }: { compared: readonly ComparedRun[] }) {
  const chart = useMemo(() => prepareParallel(compared, axesOf(compared)), [compared]);
  if (compared.length < 2) return null;
  return (
    <Card title="Config and result" note="a line a run, across what differs; hover or tap a point for its value">
      <ScrollSideways label="Config and result">
        <div style={{ minWidth: `${axesOf(compared).length * 5.5}rem` }}>
          <Plot chart={chart} height={280} />
        </div>
      </ScrollSideways>
    </Card>
  );
}

function axesOf(compared: readonly ComparedRun[]): ParallelAxis[] {
  const runs = compared.map(({ run }) => run);
  const configs = fields
    .filter(({ affects }) => affects.length > 0)
    .filter(({ name }) => new Set(runs.map((run) => run.config[name])).size > 1)
    .map(
      (field): ParallelAxis => ({
        name: field.label,
        values: runs.map((run) => {
          // 0 takes all there are.
          if (field.name === 'train_limit') return trainImages(run.config);
          const value = run.config[field.name];
          return typeof value === 'number' ? value : describeValue(field, value);
        }),
        inWords: (value) => (typeof value === 'number' ? describeValue(field, value) : value),
      }),
    );
  const accuracy = (value: number | string) => formatAccuracy(Number(value));
  return [
    ...configs,
    {
      name: 'Training time',
      values: runs.map((run) => run.timing?.total ?? null),
      inWords: (seconds) => formatDuration(Number(seconds)),
    },
    { name: 'Validation', values: runs.map((run) => run.valAccuracy), inWords: accuracy },
    { name: 'Test', values: runs.map((run) => run.metrics?.test_end2end ?? null), inWords: accuracy },
    { name: 'Test, TTA', values: runs.map((run) => run.metrics?.test_tta ?? null), inWords: accuracy },
  ];
}
