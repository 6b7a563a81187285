import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { probes } from '@/drizzle/schema.ts';
import { type Speed, speedKind } from '@/lib/work/estimate.ts';
import type { Context } from '@/server/context.ts';
import { recordEvent } from '@/server/runs/events/record.ts';
import { startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { type Machine, thisMachine } from './machine.ts';
import { readSpeeds } from './read-speeds.ts';

const kept = ({ db }: Context) => db.select().from(probes).all();

describe('a probe', () => {
  it('measures what is not known yet, once', async () => {
    const services = openServices();
    const config = testConfig({ n_unfreeze: 30 });
    expect(readSpeeds(services)).toMatchObject({ speeds: [], kept: [] });
    expect(await Promise.all([services.prober.probe(config), services.prober.probe(config)])).toEqual([
      'measured',
      'measured',
    ]);
    expect(kept(services)).toMatchObject([thisMachine(services.env.paths.cache)]);
    expect(readSpeeds(services).speeds).toHaveLength(6);
    expect(await services.prober.probe({ ...config, name: 'measures for ever' })).toBe('measured');
    expect(await services.prober.probe({ ...config, batch_size: 32 })).toBe('measured');
    expect(kept(services)).toHaveLength(2);
  });

  it('says that it could not', async () => {
    const services = openServices();
    expect(await services.prober.probe(testConfig({ name: 'measures nothing' }))).toBe('failed');
    expect(kept(services)).toEqual([]);
  });

  it('is not made while a run trains', async () => {
    const services = openServices();
    const run = await startScene(services, 'waits');
    await untilTraining(services, run);
    expect(await services.prober.probe(testConfig())).toBe('busy');
  });

  it('makes way for a run', async () => {
    const services = openServices();
    const outcome = services.prober.probe(testConfig({ name: 'measures for ever' }));
    const run = await startScene(services, 'completes');
    expect(await outcome).toBe('busy');
    await until(services, run, 'completed');
    expect(kept(services)).toEqual([]);
  });
});

describe('readSpeeds', () => {
  /** A run that was as fast as this, on this machine or another. */
  async function ran(services: Context, seconds: number, machine: Partial<Machine> = {}): Promise<Speed> {
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

  it('takes the last speeds that each run here reported, the newest first, before what was probed', async () => {
    const services = openServices();
    await services.prober.probe(testConfig());
    const first = await ran(services, 1);
    const second = await ran(services, 2);
    await ran(services, 3, { device: 'another' });
    expect(readSpeeds(services).speeds.slice(0, 2)).toEqual([second, first]);
    expect(readSpeeds(services).speeds).toHaveLength(2 + 6);
  });

  it('looks whether what was kept still lies on disk', async () => {
    const services = openServices();
    await ran(services, 1);
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
    // Of no file it is not said that it lies there.
    expect(found()).toMatchObject([{ evaluated: true, train: false }]);
  });
});
