import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { probes } from '@/drizzle/schema.ts';
import { type Speed, speedKind } from '@/lib/work/estimate.ts';
import type { Context } from '@/server/context.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { type Machine, thisMachine } from './machine.ts';
import { readSpeeds } from './read-speeds.ts';

const stored = ({ db }: Context) => db.select().from(probes).all();

describe('a probe', () => {
  it('measures unknown speeds once', async () => {
    const services = openServices();
    const config = testConfig({ n_unfreeze: 30 });
    expect(readSpeeds(services)).toMatchObject({ speeds: [], kept: [] });
    expect(await Promise.all([services.prober.probe(config), services.prober.probe(config)])).toEqual([
      'measured',
      'measured',
    ]);
    expect(stored(services)).toMatchObject([thisMachine(services.env.paths.cache)]);
    expect(readSpeeds(services).speeds).toHaveLength(6);
    expect(await services.prober.probe({ ...config, name: 'measures forever' })).toBe('measured');
    expect(await services.prober.probe({ ...config, batch_size: 32 })).toBe('measured');
    expect(stored(services)).toHaveLength(2);
  });

  it('reports a failed measurement', async () => {
    const services = openServices();
    expect(await services.prober.probe(testConfig({ name: 'measures nothing' }))).toBe('failed');
    expect(stored(services)).toEqual([]);
  });

  it('is refused while a run trains', async () => {
    const services = openServices();
    const run = await startScene(services, 'waits');
    await untilTraining(services, run);
    expect(await services.prober.probe(testConfig())).toBe('busy');
  });

  it('is aborted when a run starts', async () => {
    const services = openServices();
    const outcome = services.prober.probe(testConfig({ name: 'measures forever' }));
    const run = await startScene(services, 'completes');
    expect(await outcome).toBe('busy');
    await until(services, run, 'completed');
    expect(stored(services)).toEqual([]);
  });
});

describe('readSpeeds', () => {
  /** Records a run with this speed, on this machine or another. */
  async function addRun(services: Context, seconds: number, machine: Partial<Machine> = {}): Promise<Speed> {
    const config = testConfig({ name: 'begins' });
    const id = await startScene(services, 'begins');
    await until(services, id, 'running');
    const speed: Speed = { pass: 'features', ...speedKind(config), images: 1000, seconds };
    const emit = (event: object) => recordEvent(services, id, { at: Date.now(), ...event } as never);
    emit({
      type: 'started',
      ...thisMachine(services.env.paths.cache),
      ...machine,
      weightsFile: 'none.h5',
      trainedKernels: 0,
      test: { hash: '', name: '', images: 1 },
      images: { train: 1, val: 1, test: 1 },
    });
    emit({ type: 'features-kept', plain: ['a.bin', 'b.bin'], mirrored: ['a-mirrored.bin'] });
    emit({ type: 'frozen-kept', train: [], evaluated: ['c.bin'] });
    emit({ type: 'measured', speeds: [{ ...speed, seconds: 99 }] });
    emit({ type: 'measured', speeds: [speed] });
    emit({ type: 'canceled' });
    await services.queue.release(id);
    return speed;
  }

  it('returns the last speeds of each run on this machine, newest first, then those of probes', async () => {
    const services = openServices();
    await services.prober.probe(testConfig());
    const first = await addRun(services, 1);
    const second = await addRun(services, 2);
    await addRun(services, 3, { device: 'another' });
    expect(readSpeeds(services).speeds.slice(0, 2)).toEqual([second, first]);
    expect(readSpeeds(services).speeds).toHaveLength(2 + 6);
  });

  it('checks which cached files still exist', async () => {
    const services = openServices();
    await addRun(services, 1);
    const found = () => readSpeeds(services).kept;
    const run = { dataset: 'cifar10', backbone: 'imagenet', imageSize: 160, nUnfreeze: 0, trainLimit: 0 };
    expect(found()).toEqual([{ ...run, plain: false, mirrored: false, train: false, evaluated: false }]);
    const { cache } = services.env.paths;
    mkdirSync(cache, { recursive: true });
    for (const name of ['a.bin', 'a-mirrored.bin']) writeFileSync(path.join(cache, name), '');
    expect(found()).toMatchObject([{ plain: false, mirrored: true }]);
    writeFileSync(path.join(cache, 'b.bin'), '');
    expect(found()).toMatchObject([{ plain: true, mirrored: true, evaluated: false }]);
    writeFileSync(path.join(cache, 'c.bin'), '');
    // An empty list of files does not count as cached.
    expect(found()).toMatchObject([{ evaluated: true, train: false }]);
  });
});
