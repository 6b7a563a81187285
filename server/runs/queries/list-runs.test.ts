import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runs } from '@/drizzle/schema.ts';
import { sortColumns } from '@/lib/runs/columns.ts';
import { facetFacts, facets } from '@/lib/runs/facets.ts';
import { type RunQueryInput, runQuerySchema } from '@/lib/runs/query.ts';
import type { Context } from '@/server/context.ts';
import { createCaller } from '@/server/router.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { countFacets } from './count-facets.ts';
import { listRuns } from './read-runs.ts';
import { copy, openWithRuns } from './stored-runs.test-helper.ts';

const ids = ({ db }: Context, query: RunQueryInput = {}) =>
  listRuns(db, runQuerySchema.parse(query))
    .runs.map(({ id }) => id)
    .join('');

describe('the list of runs', () => {
  it('is paged, newest first, with the total number', () => {
    const services = openWithRuns({}, {}, { isExample: true }, {}, {});
    expect(ids(services)).toBe('edba');
    expect(ids(services, { offset: 1, limit: 2 })).toBe('db');
    expect(listRuns(services.db, runQuerySchema.parse({ limit: 1 })).total).toBe(4);
    expect(ids(services, { examples: true })).toBe('c');
    expect(ids(services, { ids: ['a', 'c', 'd'] })).toBe('da');
  });

  it.each([
    ['val', false, 'dbca'],
    ['val', true, 'bdca'],
    ['n_unfreeze', true, 'bdca'],
    ['images', false, 'cdba'],
    ['lr_stage2', true, 'adcb'],
    ['time', false, 'dbca'],
    ['name', false, 'bcda'],
    ['augmentation', true, 'dcba'],
  ] as const)('sorts by %s (descending: %s), with missing values last', (column, descending, expected) => {
    const services = openWithRuns(
      { config: { lr_stage2: 0.1, name: 'Zebra' } },
      { config: { n_unfreeze: 30, lr_stage2: 1e-6, name: 'Antelope' }, val: 0.5, seconds: 20 },
      { config: { train_limit: 100, name: 'bear' } },
      { config: { n_unfreeze: 3, augment: true, name: 'Cat' }, val: 0.25 },
    );
    expect(ids(services, { sort: { column, descending } })).toBe(expected);
  });

  it.each(sortColumns)('can sort by %s', (column) => {
    const services = openWithRuns({ val: 0.5 }, { config: { n_unfreeze: 3 } });
    for (const descending of [false, true]) {
      expect([...ids(services, { sort: { column, descending } })].sort().join('')).toBe('ab');
    }
  });

  it('sorts by the actual number of training images, with unlimited custom images last', () => {
    const services = openWithRuns(
      { config: {} },
      { config: { dataset: 'sketch10' } },
      { config: { dataset: 'sketch10', train_limit: 20_000 } },
      { config: { dataset: 'sketch10', train_limit: 5 } },
      { config: { train_limit: 9000 } },
      { config: { dataset: 'pets' } },
      { config: { dataset: 'pets', train_limit: 8500 } },
      { config: { train_limit: 8 } },
    );
    expect(ids(services, { sort: { column: 'images', descending: true } })).toBe('aegcbhdf');
  });

  it.each([
    [{ n_unfreeze: [0, 10] }, 'cba'],
    [{ optimizer: ['sgd'] }, 'b'],
    [{ augmentation: ['aug mixup', 'none'] }, 'cba'],
    [{ augmentation: ['aug'] }, 'd'],
    [{ tag: ['x'] }, 'db'],
    [{ tag: ['x', 'y'] }, 'dcb'],
    [{ status: ['failed'] }, 'ba'],
    [{ engine: ['none'] }, 'dcba'],
    [{ engine: ['cpu'] }, ''],
    [{ dataset: ['cifar10'], optimizer: ['sgd', 'adamw'], tag: ['x'] }, 'db'],
    [{ search: ' FIRST ' }, 'a'],
    [{ search: '100%' }, 'c'],
    [{ search: '0_' }, ''],
    [{ search: 'y' }, 'c'],
    [{ search: "'; drop table runs; --" }, ''],
  ] as const)('filters by %j', (filter, expected) => {
    const services = openWithRuns(
      { config: { notes: 'the first one' } },
      { config: { n_unfreeze: 10, optimizer: 'sgd', tags: ['x'] } },
      { config: { augment: true, use_mixup: true, tags: ['y'], name: '100% sure' }, val: 0.5 },
      { config: { n_unfreeze: 30, augment: true, tags: ['x', 'z'] }, val: 0.25 },
    );
    expect(ids(services, { filter: JSON.parse(JSON.stringify(filter)) })).toBe(expected);
  });

  it.each(facets)('finds the counted number of runs for each value of %s', (facet) => {
    const services = openWithRuns(
      { config: { tags: ['x', 'y'], dataset: 'sketch10' }, val: 0.5 },
      { config: { n_unfreeze: 9, tags: ['x'], optimizer: 'sgd', use_mixup: true } },
      { config: { tags: ['x'] }, isExample: true },
    );
    const counted = countFacets(services.db)[facet];
    expect(counted.length).toBeGreaterThan(0);
    for (const { value, runs } of counted) {
      const chosen = facetFacts(facet).isInteger ? Number(value) : value;
      const { filter } = runQuerySchema.parse({ filter: { [facet]: [chosen] } });
      expect(listRuns(services.db, runQuerySchema.parse({ filter })).total, value).toBe(runs);
    }
  });

  it('counts runs by filter value', () => {
    const services = openWithRuns(
      { config: { tags: ['x', 'y'] } },
      { config: { n_unfreeze: 9, tags: ['x'] } },
      { config: { n_unfreeze: 30, use_cutout: true } },
      { config: { n_unfreeze: 9 }, isExample: true },
    );
    const counted = countFacets(services.db);
    expect(counted.n_unfreeze).toEqual([
      { value: '0', runs: 1 },
      { value: '9', runs: 1 },
      { value: '30', runs: 1 },
    ]);
    expect(counted.tag).toEqual([
      { value: 'x', runs: 2 },
      { value: 'y', runs: 1 },
    ]);
    expect(counted.augmentation).toEqual([
      { value: 'cutout', runs: 1 },
      { value: 'none', runs: 2 },
    ]);
  });
});

describe('the best run', () => {
  it('is chosen by validation accuracy within each test set, and is never an example', async () => {
    const services = openWithRuns(
      { val: 0.5, seconds: 30 },
      { val: 0.75, seconds: 40 },
      { val: 0.9, test: copy },
      { val: 0.99, isExample: true },
      {},
      { val: 0.25, seconds: 20 },
    );
    const groups = await createCaller(services).dashboard.best({});
    expect(groups.map(({ test, runs, best, bestRun }) => [test, runs, best.val, best.time, bestRun.id])).toEqual([
      [{ hash: 'a', name: 'CIFAR-10, official' }, 3, 0.75, 20, 'b'],
      [{ hash: 'b', name: 'CIFAR-10, JPEG copy' }, 1, 0.9, 10, 'c'],
    ]);
    const [selected] = await createCaller(services).dashboard.best({ ids: ['a', 'f'] });
    expect([selected!.bestRun.id, selected!.runs, selected!.best.test]).toEqual(['a', 2, 0.49]);
  });
});

describe('curves and points', () => {
  it('are returned for the first runs that have any, separately for each stage, with gaps', async () => {
    const services = openWithRuns({ val: 0.5 }, { val: 0.75 }, {});
    const emit = (id: string, stage: 1 | 2, epoch: number, value: number | null) =>
      services.db.transaction((tx) => {
        tx.update(runs).set({ status: 'running' }).run();
        const metrics = { accuracy: 0, loss: 0, val_accuracy: value, val_loss: 0, learning_rate: 1e-9 };
        appendEvent(tx, id, {
          type: 'epoch',
          at: 0,
          stage,
          epoch,
          epochs: 2,
          metrics,
          seconds: 1,
          imagesPerSecond: 1,
        });
      });
    emit('a', 1, 1, 0.123456789);
    emit('b', 1, 1, 0.25);
    emit('a', 1, 2, null);
    emit('a', 2, 1, 0.5);
    const { curves, points } = createCaller(services).dashboard;
    expect(await curves({ metric: 'val_accuracy' })).toEqual([
      { id: 'b', number: 2, name: 'b', seed: 42, stage1: [0.25], stage2: [], hasBatches: false },
      { id: 'a', number: 1, name: 'a', seed: 42, stage1: [0.12346, null], stage2: [0.5], hasBatches: false },
    ]);
    expect((await curves({ metric: 'learning_rate', ids: ['b'] }))[0]!.stage1).toEqual([1e-9]);
    expect(await curves({ metric: 'loss', limit: 1 })).toHaveLength(1);
    expect(await points({ by: 'optimizer', filter: { search: 'b' } })).toEqual({
      total: 1,
      points: [{ id: 'b', number: 2, name: 'b', seconds: 10, val: 0.75, test: 0.74, n_unfreeze: 0, by: 'adamw' }],
    });
    expect((await points({ by: null })).points.map(({ by }) => by)).toEqual([null, null]);
  });

  it('omit single batches in a log unless they are requested', async () => {
    const services = openServices();
    // As the original script wrote them under Keras 3: every even epoch of stage 2 is a single batch of 64 images.
    const log = {
      config: { augment: 'True', batch_size: 64 },
      curves: {
        stage1: { accuracy: [0.8058, 0.8745], val_accuracy: [0.85, 0.86] },
        stage2: { accuracy: [0.79311, 0.8125, 0.80515, 0.84375], val_accuracy: [0.861, 0.862, 0.863, 0.864] },
      },
    };
    writeFileSync(path.join(services.env.paths.results, 'halved.json'), JSON.stringify(log));
    const plain = { ...log, config: { ...log.config, augment: 'False' } };
    writeFileSync(path.join(services.env.paths.results, 'plain.json'), JSON.stringify(plain));
    await services.logs.scan();
    const stages2 = async (batches?: boolean) =>
      (
        await createCaller(services).dashboard.curves({
          metric: 'val_accuracy',
          batches,
          sort: { column: 'name', descending: false },
        })
      ).map(({ name, stage1, stage2, hasBatches }) => [name, stage1.length, stage2, hasBatches]);
    expect(await stages2()).toEqual([
      ['halved', 2, [0.861, 0.863], true],
      ['plain', 2, [0.861, 0.862, 0.863, 0.864], false],
    ]);
    expect(await stages2(true)).toEqual([
      ['halved', 2, [0.861, 0.862, 0.863, 0.864], true],
      ['plain', 2, [0.861, 0.862, 0.863, 0.864], false],
    ]);
  });
});
