import { expect, it } from 'vitest';
import type { TrainConfigField } from '@/lib/config/train-config.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import type { Context } from '@/server/context.ts';
import { readPoints } from './read-points.ts';
import { openWithRuns } from './stored-runs.test-helper.ts';

const query = runQuerySchema.parse({});
const points = ({ db }: Context, by: TrainConfigField | null = null) => readPoints(db, query, by);

it('returns evaluated runs with a known time, newest first', () => {
  const services = openWithRuns({ val: 0.5 }, {}, { val: 0.25, seconds: null }, { val: 0.75, seconds: 20 });
  const { points: found, total } = points(services);
  expect(found.map(({ id, seconds, val }) => [id, seconds, val])).toEqual([
    ['d', 20, 0.75],
    ['a', 10, 0.5],
  ]);
  expect(total).toBe(2);
});

it('is empty without runs', () => {
  expect(points(openWithRuns())).toEqual({ points: [], total: 0 });
});

it('returns the colour value as text', () => {
  const services = openWithRuns(
    { val: 0.5, config: { n_unfreeze: 30, augment: true, dropout: 0.25, optimizer: 'sgd' } },
    { val: 0.5 },
  );
  const values = (by: TrainConfigField) => points(services, by).points.map((point) => point.by);
  expect(values('optimizer')).toEqual(['adamw', 'sgd']);
  expect(values('n_unfreeze')).toEqual(['0', '30']);
  expect(values('dropout')[1]).toBe('0.25');
  // SQLite reads JSON booleans as 0 and 1.
  expect(values('augment')).toEqual(['0', '1']);
});

it('returns at most two thousand points, and the total number', () => {
  const services = openWithRuns({ val: 0.5 });
  services.db.$client.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2004)
     INSERT INTO runs (id, name, config, created_at, log_file, status, val_accuracy, metrics, timing, test)
     SELECT id || i, name, config, i, log_file, status, val_accuracy, metrics, timing, test FROM runs, n`,
  );
  const { points: found, total } = points(services);
  expect([found.length, total, found[0]!.id]).toEqual([2000, 2005, 'a2004']);
});
