import { expect, it } from 'vitest';
import { facetFacts } from '@/lib/runs/facets.ts';
import { countFacets } from './count-facets.ts';
import { openWithRuns } from './stored-runs.test-helper.ts';

const counts = (values: { value: string; runs: number }[]) => values.map(({ value, runs }) => `${value}: ${runs}`);

it('counts runs by value, and runs without one as "none"', () => {
  const { db } = openWithRuns(
    { engine: 'cpu', val: 0.5, config: { optimizer: 'sgd', dataset: 'pets' } },
    { engine: 'cpu', config: { optimizer: 'sgd' } },
    { status: 'queued', config: { use_mixup: true } },
    { engine: 'webgpu', isExample: true, config: { optimizer: 'adam' } },
  );
  const { engine, status, dataset, optimizer, augmentation } = countFacets(db);
  expect(counts(engine)).toEqual(['cpu: 2', 'none: 1']);
  expect(counts(status)).toEqual(['completed: 1', 'failed: 1', 'queued: 1']);
  expect(counts(dataset)).toEqual(['cifar10: 2', 'pets: 1']);
  expect(counts(optimizer)).toEqual(['adamw: 1', 'sgd: 2']);
  expect(counts(augmentation)).toEqual(['mixup: 1', 'none: 2']);
});

it('returns the hundred most frequent tags, ties in alphabetical order', () => {
  const tags = Array.from({ length: 6 }, (_, run) =>
    Array.from({ length: 19 }, (_, tag) => `t${String(run * 19 + tag).padStart(3, '0')}`).concat(
      run < 2 ? 'zebra' : [],
    ),
  );
  const { tag } = countFacets(openWithRuns(...tags.map((each) => ({ config: { tags: each } }))).db);
  expect(tag).toHaveLength(100);
  expect(counts(tag.slice(0, 3))).toEqual(['zebra: 2', 't000: 1', 't001: 1']);
  expect(tag.at(-1)!.value).toBe('t098');
});

it('counts what an imported log does not contain as unknown', () => {
  const { db } = openWithRuns(
    { config: { n_unfreeze: 30, use_mixup: true } },
    { unknown: ['n_unfreeze', 'optimizer', 'dataset', 'use_cutout'] },
    { unknown: [] },
  );
  const { n_unfreeze, optimizer, dataset, augmentation } = countFacets(db);
  expect(counts(n_unfreeze)).toEqual(['-1: 1', '0: 1', '30: 1']);
  expect(facetFacts('n_unfreeze').formatValue?.('-1')).toBe('unknown');
  expect(counts(optimizer)).toEqual(['adamw: 2', 'unknown: 1']);
  expect(counts(dataset)).toEqual(['cifar10: 2', 'unknown: 1']);
  expect(counts(augmentation)).toEqual(['mixup: 1', 'none: 1', 'unknown: 1']);
});

it('has no values without runs', () => {
  const facets = countFacets(openWithRuns({ isExample: true }).db);
  expect(Object.values(facets).flat()).toEqual([]);
});
