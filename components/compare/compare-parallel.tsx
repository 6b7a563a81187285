import { useMemo } from 'react';
import { Plot } from '@/components/charts/plot.tsx';
import { Card } from '@/components/ui/card.tsx';
import { HorizontalScroll } from '@/components/ui/horizontal-scroll.tsx';
import type { ComparedRun } from '@/lib/compare/compared-run.ts';
import { describeValue } from '@/lib/config/describe-value.ts';
import { fields } from '@/lib/config/fields.ts';
import { trainImages } from '@/lib/data/datasets.ts';
import { formatAccuracy, formatDuration } from '@/lib/format.ts';
import { comparableSetting, isKnown } from '@/lib/run/known-settings.ts';
import { type ParallelAxis, prepareParallel } from '@/lib/series/parallel.ts';

/** Parallel coordinates: one line per run across the config fields that differ and the results. */
export function CompareParallel({ compared }: { compared: readonly ComparedRun[] }) {
  const chart = useMemo(() => prepareParallel(compared, axesOf(compared)), [compared]);
  if (compared.length < 2) return null;
  return (
    <Card
      title="Config and result"
      note="one line per run across the fields that differ; hover over or tap a point for its value"
    >
      <HorizontalScroll label="Config and result">
        <div style={{ minWidth: `${axesOf(compared).length * 5.5}rem` }}>
          <Plot chart={chart} height={280} />
        </div>
      </HorizontalScroll>
    </Card>
  );
}

function axesOf(compared: readonly ComparedRun[]): ParallelAxis[] {
  const runs = compared.map(({ run }) => run);
  const configs = fields
    .filter(({ affects }) => affects.length > 0)
    .filter(({ name }) => new Set(runs.map((run) => comparableSetting(run, name))).size > 1)
    .map(
      (field): ParallelAxis => ({
        name: field.label,
        values: runs.map((run) => {
          if (!isKnown(run, field.name)) return run.logFacts?.unusable[field.name] ?? null;
          // 0 means all images.
          if (field.name === 'train_limit') return trainImages(run.config);
          const value = run.config[field.name];
          return typeof value === 'number' ? value : describeValue(field, value);
        }),
        format: (value) => (typeof value === 'number' ? describeValue(field, value) : value),
      }),
    );
  const accuracy = (value: number | string) => formatAccuracy(Number(value));
  return [
    ...configs,
    {
      name: 'Training time',
      values: runs.map((run) => run.timing?.total ?? null),
      format: (seconds) => formatDuration(Number(seconds)),
    },
    { name: 'Validation', values: runs.map((run) => run.valAccuracy), format: accuracy },
    { name: 'Test', values: runs.map((run) => run.metrics?.test_end2end ?? null), format: accuracy },
    { name: 'Test, TTA', values: runs.map((run) => run.metrics?.test_tta ?? null), format: accuracy },
  ];
}
