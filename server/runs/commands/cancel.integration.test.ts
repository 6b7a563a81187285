import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '@/lib/run/events.ts';
import type { Context } from '@/server/context.ts';
import { isAlive } from '@/server/model/files/is-alive.ts';
import { followEvents } from '@/server/runs/events/follow-events.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { pidsOf, startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { closeServices, openServices } from '@/server/services.test-helper.ts';
import { cancelRun } from './cancel.ts';
import { deleteRun } from './delete.ts';

const typesOf = async (services: Context, id: string) =>
  (await readRun(services, id)).events.map(({ event }) => event.type);

/** Waits until no process works on a run and none of its files are pending. */
const untilSettled = (services: Context, id: string) =>
  vi.waitFor(
    async () => {
      expect((await readRun(services, id)).exportPending).toBe(false);
      expect(pidsOf(services, id).filter(isAlive)).toEqual([]);
    },
    { timeout: 30_000, interval: 20 },
  );

/** Waits until the export of a run has started; for scenes whose export takes a while. */
const untilExporting = ({ env }: Context, id: string) =>
  vi.waitFor(() => expect(existsSync(path.join(env.paths.results, id, 'cifar10.h5.1.tmp'))).toBe(true), 90_000);

describe('a queued run', () => {
  it('is canceled immediately, without a trainer', async () => {
    const services = openServices();
    await startScene(services, 'waits');
    const id = await startScene(services, 'completes');
    cancelRun(services, id);
    expect(await readRun(services, id)).toMatchObject({ status: 'canceled', startedAt: null, exportPending: false });
    expect(await typesOf(services, id)).toEqual(['canceled']);
  });
});

describe('a run that is training', () => {
  it.each(['waits', 'ignores cancel', 'stubborn'])(
    'is canceled immediately, and its trainer (scene "%s") exits before the next one starts',
    async (scene) => {
      const services = openServices();
      const id = await startScene(services, scene);
      const next = await startScene(services, 'completes');
      await untilTraining(services, id);
      const [trainer] = pidsOf(services, id) as [number];
      let wasAlive: boolean | null = null;
      services.bus.subscribe(({ runId }) => {
        if (runId === next) wasAlive ??= isAlive(trainer);
      });

      cancelRun(services, id);
      const canceled = await readRun(services, id);
      expect(canceled).toMatchObject({ status: 'canceled', progress: null, exportPending: true });
      await vi.waitFor(() => expect(isAlive(trainer)).toBe(false), 90_000);
      // Events emitted after canceling have no effect.
      const run = await readRun(services, id);
      expect(run).toMatchObject({ status: 'canceled', finishedAt: canceled.finishedAt, valAccuracy: 0.4 });
      const epochs = ({ events }: typeof run) => events.filter(({ event }) => event.type === 'epoch').length;
      expect(epochs(run)).toBe(epochs(canceled));

      if (scene === 'stubborn') await deleteRun(services, id);
      await until(services, next, 'completed');
      expect(wasAlive).toBe(false);
    },
  );

  it('exports its last completed epoch and notifies followers', async () => {
    const services = openServices();
    const id = await startScene(services, 'waits');
    const emitted: RunEvent['type'][] = [];
    const following = (async () => {
      for await (const { event } of followEvents(services, { runId: id })) emitted.push(event.type);
    })();
    await untilTraining(services, id);
    cancelRun(services, id);
    await following;
    expect(emitted).toEqual(['started', 'epoch', 'canceled', 'exported', 'files-ready']);
    await untilSettled(services, id);
    const run = await readRun(services, id);
    expect(run.files.map(({ name }) => name)).toEqual(['cifar10.h5', 'trainer.log']);
    expect([run.status, pidsOf(services, id).length]).toEqual(['canceled', 2]);
  });

  it('reports why its files cannot be written', async () => {
    const services = openServices();
    const id = await startScene(services, 'ignores cancel');
    await untilTraining(services, id);
    cancelRun(services, id);
    await untilSettled(services, id);
    expect(await readRun(services, id)).toMatchObject({ status: 'canceled', error: 'No weights were kept.' });
    expect((await typesOf(services, id)).at(-1)).toBe('files-failed');
  });

  it('exports nothing before its first completed epoch', async () => {
    const services = openServices();
    const id = await startScene(services, 'begins');
    await vi.waitFor(async () => expect(await typesOf(services, id)).toEqual(['started']), 90_000);
    cancelRun(services, id);
    await untilSettled(services, id);
    expect(await typesOf(services, id)).toEqual(['started', 'canceled']);
    expect(pidsOf(services, id)).toHaveLength(1);
  });

  it('ends only once, even if it is canceled repeatedly or too late', async () => {
    const services = openServices();
    const id = await startScene(services, 'completes on cancel');
    await untilTraining(services, id);
    cancelRun(services, id);
    cancelRun(services, id);
    await untilSettled(services, id);
    cancelRun(services, id);
    expect((await typesOf(services, id)).filter((type) => type === 'canceled' || type === 'completed')).toEqual([
      'canceled',
    ]);

    const completed = await startScene(services, 'lingers');
    await vi.waitFor(async () => expect((await readRun(services, completed)).logTail).toContain('lingering'), 90_000);
    cancelRun(services, completed);
    await until(services, completed, 'completed');
    expect(await typesOf(services, completed)).toEqual(['completed']);
  });
});

describe('a canceled run that is being exported', () => {
  it('is exported by the next server if this one stops', async () => {
    const first = openServices();
    const id = await startScene(first, 'stubborn');
    await untilTraining(first, id);
    cancelRun(first, id);
    await untilExporting(first, id);
    await closeServices(first);
    expect(pidsOf(first, id).filter(isAlive)).toEqual([]);

    const second = openServices(path.dirname(first.env.paths.results));
    const run = await readRun(second, id);
    expect([run.status, run.exportPending, run.files.map(({ name }) => name)]).toEqual([
      'canceled',
      true,
      ['trainer.log'],
    ]);
    second.queue.wake();
    await untilSettled(second, id);
    expect((await readRun(second, id)).files.map(({ name }) => name)).toContain('cifar10.h5');
  });

  it('can be deleted, which stops the export first', async () => {
    const services = openServices();
    const id = await startScene(services, 'stubborn');
    await untilTraining(services, id);
    cancelRun(services, id);
    await untilExporting(services, id);
    const pids = pidsOf(services, id);
    await deleteRun(services, id);
    expect(pids.filter(isAlive)).toEqual([]);
    expect(existsSync(path.join(services.env.paths.results, id))).toBe(false);
  });
});
