import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { runQuerySchema } from '@/lib/runs/query.ts';
import { RunNotFoundError } from '@/server/errors.ts';
import { listRuns, readAllRuns, readEvents, readEventsOf, readRun } from './read-runs.ts';
import { epochOf, evaluationOf, openWithRuns } from './stored-runs.test-helper.ts';

describe('readRun', () => {
  it('returns events, the results of the last evaluation, and the files in the folder', async () => {
    const first = { ...evaluationOf(0.5), confusion: { plain: null, tta: null }, classes: [] };
    const services = openWithRuns(
      { events: [epochOf(1, 0.1)] },
      { val: 0.75, events: [epochOf(1, 0.5), first, epochOf(2, 0.75), evaluationOf(0.75)] },
    );
    const folder = path.join(services.env.paths.results, 'b');
    mkdirSync(folder, { recursive: true });
    for (const name of ['cifar10.h5', 'checkpoint-before.safetensors', 'unknown.bin']) {
      writeFileSync(path.join(folder, name), 'abc');
    }
    writeFileSync(path.join(folder, 'trainer.log'), 'one\ntwo\n');
    const run = await readRun(services, 'b');
    expect(run).toMatchObject({
      id: 'b',
      number: 2,
      status: 'completed',
      queuePosition: null,
      cursor: 5,
      confusion: { plain: [[9, 1]] },
      classes: ['cat', 'dog'],
      hasCheckpoint: true,
      logTail: ['one', 'two'],
    });
    expect(run.events.map(({ id, event }) => [id, event.type])).toEqual([
      [2, 'epoch'],
      [3, 'evaluated'],
      [4, 'epoch'],
      [5, 'evaluated'],
    ]);
    expect(run.files).toEqual([
      { name: 'cifar10.h5', bytes: 3 },
      { name: 'trainer.log', bytes: 8 },
    ]);
  });

  it('returns a run without events', async () => {
    const services = openWithRuns({ status: 'queued' });
    expect(await readRun(services, 'a')).toMatchObject({
      events: [],
      cursor: 0,
      confusion: null,
      classes: [],
      files: [],
      hasCheckpoint: false,
      logTail: [],
      queuePosition: 1,
    });
  });

  it('fails for an unknown run', async () => {
    await expect(readRun(openWithRuns(), 'a')).rejects.toThrow(RunNotFoundError);
  });
});

describe('queue positions', () => {
  it('count every queued run, also those that are not listed', () => {
    const services = openWithRuns(
      { status: 'queued' },
      { status: 'running' },
      { status: 'queued' },
      { status: 'queued' },
    );
    const positions = (ids?: string[]) =>
      listRuns(services.db, runQuerySchema.parse({ ids })).runs.map(({ id, queuePosition }) => [id, queuePosition]);
    expect(positions()).toEqual([
      ['d', 3],
      ['c', 2],
      ['b', null],
      ['a', 1],
    ]);
    expect(positions(['c'])).toEqual([['c', 2]]);
  });
});

it('readAllRuns returns every run of a query, beyond the page size', () => {
  const services = openWithRuns(...Array.from({ length: 250 }, () => ({})));
  const query = runQuerySchema.parse({ limit: 1, sort: { column: 'createdAt', descending: false } });
  const all = readAllRuns(services.db, query);
  expect([all.length, all[0]!.id, all[249]!.id]).toEqual([250, 'a', 'r249']);
});

describe('events', () => {
  const given = [epochOf(1, 0.1), evaluationOf(0.1), epochOf(2, 0.2), epochOf(1, 0.3, 2)];

  it('are returned for one run, in order', () => {
    const services = openWithRuns({ events: given }, { events: [epochOf(1, 0.9)] });
    expect(readEvents(services.db, 'a').map(({ event }) => event)).toEqual(given);
    expect(readEventsOf(services.db, 'a', 'epoch')).toEqual([given[0], given[2], given[3]]);
    expect(readEventsOf(services.db, 'b', 'evaluated')).toEqual([]);
  });

  it('are found by type using the index', () => {
    const { db } = openWithRuns({ events: given });
    const prepare = vi.spyOn(db.$client, 'prepare');
    readEventsOf(db, 'a', 'epoch');
    const query = prepare.mock.calls[0]![0];
    const plan = db.$client.prepare(`EXPLAIN QUERY PLAN ${query}`).all('a', 'epoch') as { detail: string }[];
    expect(plan[0]!.detail).toBe('SEARCH events USING INDEX events_type (run_id=? AND <expr>=?)');
  });
});
