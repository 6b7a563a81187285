import { expect, it } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { readBestRuns } from './read-best-runs.ts';
import { copy, evaluationOf, official, openWithRuns } from './stored-runs.test-helper.ts';

const query = runQuerySchema.parse({});

it('is empty if no run was evaluated', () => {
  expect(readBestRuns(openWithRuns({}, { status: 'running' }).db, query)).toEqual([]);
});

it('has the last confusion matrix of the best run, or null if unknown', () => {
  const { db } = openWithRuns(
    { val: 0.5, events: [{ ...evaluationOf(0.4), classes: ['earlier'] }, evaluationOf(0.5)] },
    { val: 0.4, events: [{ ...evaluationOf(0.4), classes: ['worse'] }] },
    { val: 0.9, test: copy },
  );
  expect(readBestRuns(db, query)).toMatchObject([
    { test: { hash: official.hash }, bestRun: { id: 'a' }, classes: ['cat', 'dog'], confusion: { plain: [[9, 1]] } },
    { test: { hash: copy.hash }, bestRun: { id: 'c' }, classes: [], confusion: null },
  ]);
});

it('prefers the first of equally good runs, and runs with a validation accuracy', () => {
  const { db } = openWithRuns({ val: null }, { val: 0.5 }, { val: 0.5 });
  expect(readBestRuns(db, query)[0]).toMatchObject({ runs: 3, bestRun: { id: 'b' }, best: { val: 0.5 } });
});

it('determines each best value separately: the fastest run need not be the most accurate', () => {
  const { db } = openWithRuns({ val: 0.5, seconds: 5 }, { val: 0.75, seconds: 50 }, { val: 0.25, seconds: null });
  db.$client.exec(`UPDATE runs SET metrics = json_set(metrics, '$.test_tta', 0.6) WHERE id = 'a'`);
  expect(readBestRuns(db, query)[0]!.best).toEqual({ val: 0.75, test: 0.74, tta: 0.6, time: 5 });
});

it('returns at most the twelve test sets with the most runs', () => {
  const given = Array.from({ length: 14 }, (_, index) => ({ val: 0.5, test: { ...official, hash: `h${index}` } }));
  const { db } = openWithRuns(...given, { val: 0.5, test: { ...official, hash: 'h13' } });
  const groups = readBestRuns(db, query);
  expect([groups.length, groups[0]!.test.hash, groups[0]!.runs]).toEqual([12, 'h13', 2]);
  expect(db.select().from(runs).all()).toHaveLength(15);
});
