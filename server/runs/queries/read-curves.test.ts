import { expect, it } from 'vitest';
import { type CurveMetric, maxCurves } from '@/lib/runs/columns.ts';
import { type RunQueryInput, runQuerySchema } from '@/lib/runs/query.ts';
import type { Context } from '@/server/context.ts';
import { readCurves } from './read-curves.ts';
import { epochOf, openWithRuns } from './stored-runs.test-helper.ts';

const curves = ({ db }: Context, query: RunQueryInput = {}, metric: CurveMetric = 'val_accuracy') =>
  readCurves(db, runQuerySchema.parse(query), metric);

it('returns curves in the order of the query, page by page', () => {
  const services = openWithRuns(...[0.25, 0.75, 0.5].map((val) => ({ val, events: [epochOf(1, val)] })));
  const sort = { column: 'val', descending: true } as const;
  expect(curves(services, { sort }).map(({ id, stage1 }) => [id, stage1])).toEqual([
    ['b', [0.75]],
    ['c', [0.5]],
    ['a', [0.25]],
  ]);
  expect(curves(services, { sort, offset: 1, limit: 1 }).map(({ id }) => id)).toEqual(['c']);
});

it('returns epochs in recording order, separately for each stage', () => {
  const events = [epochOf(1, 0.1), epochOf(2, 0.2), epochOf(1, 0.3, 2), epochOf(2, 0.4, 2), epochOf(3, 0.5, 2)];
  const services = openWithRuns({ val: 0.5, events });
  expect(curves(services)).toMatchObject([{ stage1: [0.1, 0.2], stage2: [0.3, 0.4, 0.5], hasBatches: false }]);
});

it('rounds all metrics except learning rates, which are small', () => {
  const epoch = epochOf(1, 0.123456789);
  const metrics = { ...epoch.metrics, loss: 1.23456789, accuracy: 0.987654321, learning_rate: 1.23456789e-7 };
  const services = openWithRuns({ val: 0.5, events: [{ ...epoch, metrics }] });
  const first = (metric: CurveMetric) => curves(services, {}, metric)[0]!.stage1[0];
  expect([first('val_accuracy'), first('accuracy'), first('loss')]).toEqual([0.12346, 0.98765, 1.23457]);
  expect(first('learning_rate')).toBe(1.23456789e-7);
});

it('limits the number of curves, and skips runs without an accuracy', () => {
  const services = openWithRuns(
    ...Array.from({ length: maxCurves + 5 }, () => ({ val: 0.5, events: [epochOf(1, 0.5)] })),
    { status: 'running', events: [epochOf(1, null)] },
  );
  expect(curves(services, { limit: 200 })).toHaveLength(maxCurves);
  expect(curves(openWithRuns({}))).toEqual([]);
});
