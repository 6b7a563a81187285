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

/** Runs as comma-separated values (RFC 4180): a head line, then a line a run. Accuracies within 0…1, times in UTC. */
export function runsCsv(runs: readonly RunSummary[]): string {
  const fields = runs[0]
    ? (Object.keys(runs[0].config) as (keyof RunSummary['config'])[]).filter((name) => name !== 'name')
    : [];
  const head = [
    'id',
    'name',
    'status',
    'created',
    'engine',
    'tested_on',
    ...metrics,
    ...timing.map((name) => `seconds_${name}`),
    ...fields,
  ];
  const rows = runs.map((run) => [
    run.id,
    run.name,
    run.status,
    new Date(run.createdAt).toISOString(),
    run.engine,
    run.test?.name,
    ...metrics.map((name) => (name === 'val_end2end' ? run.valAccuracy : run.metrics?.[name])),
    ...timing.map((name) => run.timing?.[name]),
    ...fields.map((name) => run.config[name]),
  ]);
  return [head, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return Array.isArray(value) ? cell(value.join(', ')) : String(value);
  // A spreadsheet would compute what begins so.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
