import { fields } from '@/lib/config/fields.ts';
import { type CsvColumn, writeCsv } from '@/lib/csv.ts';
import { isKnown } from '@/lib/run/known-settings.ts';
import type { RunSummary } from '@/lib/run/run.ts';

const metrics = [
  'val_end2end',
  'test_end2end',
  'val_tta',
  'test_tta',
  'val_stage1',
  'test_stage1',
  'val_loss',
  'test_loss',
] as const;
const timing = ['feature_extract', 'top_train', 'end2end', 'total', 'evaluation'] as const;

const columns: readonly CsvColumn<RunSummary>[] = [
  { name: 'id', value: (run) => run.id },
  { name: 'name', value: (run) => run.name },
  { name: 'status', value: (run) => run.status },
  { name: 'created', value: (run) => new Date(run.createdAt).toISOString() },
  { name: 'engine', value: (run) => run.engine },
  { name: 'tested_on', value: (run) => run.test?.name },
  ...metrics.map((name) => ({
    name,
    value: (run: RunSummary) => (name === 'val_end2end' ? run.valAccuracy : run.metrics?.[name]),
  })),
  ...timing.map((name) => ({ name: `seconds_${name}`, value: (run: RunSummary) => run.timing?.[name] })),
  ...fields
    .filter(({ name }) => name !== 'name')
    .map(({ name }) => ({
      // `engine` is the engine that computed the run, not the requested one.
      name: name === 'engine' ? 'engine_requested' : name,
      // Empty if an imported log has none; what it has but cannot be used here is written as it stands there.
      value: (run: RunSummary) => (isKnown(run, name) ? run.config[name] : run.logFacts?.unusable[name]),
    })),
];

/** Runs as CSV, one line per run. Accuracies within 0…1, times in UTC, durations in seconds. */
export const runsCsv = (runs: readonly RunSummary[]): string => writeCsv(columns, runs);
