import { expect, it } from 'vitest';
import { fields } from '@/lib/config/fields.ts';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { runsCsv } from './runs-csv.ts';

const run = (name: string, notes: string): RunSummary => ({
  id: 'r',
  number: 1,
  name,
  status: 'completed',
  createdAt: 0,
  startedAt: null,
  finishedAt: null,
  engine: 'cpu',
  config: trainConfigSchema.parse({ name, notes, tags: ['a', 'b'], augment: true }),
  logFacts: null,
  queuePosition: null,
  progress: null,
  valAccuracy: 0.75,
  metrics: null,
  timing: null,
  peakMemory: null,
  reproduces: null,
  test: null,
  error: null,
  exportPending: false,
  attemptsWithoutProgress: 0,
  isExample: false,
});
/** Parses a CSV without quotes into rows by column name. */
const read = (csv: string) => {
  const [head, ...rows] = csv
    .trimEnd()
    .split('\r\n')
    .map((line) => line.split(','));
  return rows.map((row) => Object.fromEntries(head!.map((name, index) => [name, row[index]])));
};

it('has a line per run, with empty cells for missing values', () => {
  const [row] = read(runsCsv([run('plain', 'short')]).replace('"a, b"', 'a b'));
  expect(row).toMatchObject({ id: 'r', name: 'plain', created: '1970-01-01T00:00:00.000Z', val_end2end: '0.75' });
  expect(row).toMatchObject({ test_end2end: '', seconds_total: '', augment: 'true', tags: 'a b', notes: 'short' });
});

it('quotes special characters and escapes spreadsheet formulas', () => {
  const csv = runsCsv([run('say "hi", you', 'two\nlines'), run('=1+1', '-2')]);
  expect(csv).toContain(',"say ""hi"", you",');
  expect(csv).toContain('"two\nlines"');
  expect(csv).toContain(",'=1+1,");
  expect(csv).toContain(",'-2,");
});

it('has every config field, and the requested engine in addition to the one used', () => {
  const [row] = read(runsCsv([run('plain', 'short')]).replace('"a, b"', 'a b'));
  expect(row).toMatchObject({ engine: 'cpu', engine_requested: 'auto' });
  const names = fields.map(({ name }) => (name === 'engine' ? 'engine_requested' : name));
  expect(Object.keys(row!)).toEqual(expect.arrayContaining(names));
});

it('leaves cells empty that an imported log does not contain, and has its own value of an unusable one', () => {
  const logFacts = {
    unknown: ['lr_stage2', 'optimizer'] as const,
    unusable: { optimizer: 'RMSprop' },
    other: {},
    notes: [],
  };
  const log: RunSummary = { ...run('plain', 'short'), logFacts: { ...logFacts, unknown: [...logFacts.unknown] } };
  const [row] = read(runsCsv([log]).replace('"a, b"', 'a b'));
  expect(row).toMatchObject({ lr_stage1: '0.001', lr_stage2: '', optimizer: 'RMSprop' });
});

it('has only the header without runs', () => {
  expect(runsCsv([]).split('\r\n')).toHaveLength(2);
});
