import { describe, expect, it } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import { sortColumns } from '@/lib/runs/columns.ts';
import { type RunQueryInput, runQuerySchema } from '@/lib/runs/query.ts';
import type { Context } from '@/server/context.ts';
import { orderOf, whereOf } from './select-runs.ts';
import { openWithRuns } from './stored-runs.test-helper.ts';

function select({ db }: Context, input: RunQueryInput): string {
  const query = runQuerySchema.parse(input);
  const rows = db
    .select({ id: runs.id })
    .from(runs)
    .where(whereOf(query))
    .orderBy(...orderOf(query.sort))
    .all();
  return rows.map(({ id }) => id).join('');
}

describe('orderOf', () => {
  it.each(sortColumns)('orders all runs by %s, ties by newest first', (column) => {
    const services = openWithRuns({ val: 0.5 }, { val: 0.5 }, { val: 0.5 });
    services.db.update(runs).set({ name: 'same', createdAt: 0 }).run();
    for (const descending of [true, false]) expect(select(services, { sort: { column, descending } })).toBe('cba');
  });

  it.each(['val', 'test', 'tta', 'time', 'engine'] as const)(
    'puts runs without %s last in both directions',
    (column) => {
      const services = openWithRuns({}, { val: 0.5, engine: 'cpu' }, {});
      services.db.$client.exec(`UPDATE runs SET metrics = json_set(metrics, '$.test_tta', 0.5) WHERE id = 'b'`);
      for (const descending of [true, false]) expect(select(services, { sort: { column, descending } })).toBe('bca');
    },
  );
});

it.each(['n_unfreeze', 'lr_stage2', 'images', 'augmentation'] as const)('puts runs with unknown %s last', (column) => {
  const unknown = ['n_unfreeze', 'lr_stage2', 'train_limit', 'use_cutout'] as const;
  const services = openWithRuns(
    { config: { use_mixup: true } },
    { unknown: [...unknown] },
    { config: { use_mixup: true } },
  );
  for (const descending of [true, false]) expect(select(services, { sort: { column, descending } })).toBe('cab');
});

describe('whereOf', () => {
  it('combines facets with "and", and values of a facet with "or"', () => {
    const services = openWithRuns(
      { config: { optimizer: 'sgd' }, engine: 'cpu' },
      { config: { optimizer: 'adam' }, engine: 'cpu' },
      { config: { optimizer: 'sgd' }, engine: 'webgpu' },
      { config: { optimizer: 'adamw' }, engine: 'cpu' },
    );
    expect(select(services, { filter: { optimizer: ['sgd', 'adam'], engine: ['cpu'] } })).toBe('ba');
    expect(select(services, { filter: { optimizer: ['sgd', 'adam'], engine: ['cpu'] }, ids: ['a', 'd'] })).toBe('a');
    expect(select(services, { ids: [] })).toBe('');
  });

  it('matches no value of a setting that an imported log does not contain, but unknown', () => {
    const services = openWithRuns({ unknown: ['optimizer', 'n_unfreeze', 'augment'] }, {});
    expect(select(services, { filter: { optimizer: ['adamw'] } })).toBe('b');
    expect(select(services, { filter: { n_unfreeze: [0] } })).toBe('b');
    expect(select(services, { filter: { augmentation: ['none'] } })).toBe('b');
    expect(select(services, { filter: { optimizer: ['unknown'], n_unfreeze: [-1], augmentation: ['unknown'] } })).toBe(
      'a',
    );
  });

  it('matches wildcards and quotes in a search literally', () => {
    const services = openWithRuns(
      { config: { name: '50%' } },
      { config: { name: '50 percent', notes: "it's a_b" } },
      { config: { name: 'back\\slash' } },
    );
    const found = (search: string) => select(services, { filter: { search } });
    expect(['50%', 'a_b', '_', "'", '\\', 'back_slash'].map(found)).toEqual(['a', 'b', 'b', 'b', 'c', '']);
  });
});
