import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { events, runs } from '@/drizzle/schema.ts';
import type { Context } from '@/server/context.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { findRunFile } from '@/server/runs/files/run-files.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { deleteRun } from './delete.ts';
import { startRun } from './start.ts';

/** Adds a completed run with ten bytes in its folder and five in its log, unless the log's path already exists. */
function addRun(services: Context, { logFile = 'run_a.json' } = {}): string {
  const { results } = services.env.paths;
  services.db.insert(runs).values({ id: 'a', config: testConfig(), createdAt: 0, logFile, status: 'running' }).run();
  recordEvent(services, 'a', { type: 'completed', at: 1 });
  mkdirSync(path.join(results, 'a', 'sub'), { recursive: true });
  writeFileSync(path.join(results, 'a', 'cifar10.h5'), '12345');
  writeFileSync(path.join(results, 'a', 'sub', 'other'), '12345');
  if (!existsSync(path.join(results, logFile))) writeFileSync(path.join(results, logFile), '12345');
  return results;
}

describe('deleteRun', () => {
  it('deletes row, events, folder and log, nothing else, and returns the freed bytes', async () => {
    const services = openServices();
    const results = addRun(services, { logFile: 'mine.json' });
    writeFileSync(path.join(results, 'run_b.json'), '{}');
    expect(await deleteRun(services, 'a')).toEqual({ freedBytes: 15 });
    expect(services.db.select().from(runs).all()).toEqual([]);
    expect(services.db.select().from(events).all()).toEqual([]);
    expect(['a', 'mine.json', 'run_b.json'].filter((name) => existsSync(path.join(results, name)))).toEqual([
      'run_b.json',
    ]);
    await expect(deleteRun(services, 'a')).rejects.toThrow('There is no run a');
  });

  it('does not follow links out of the results folder', async () => {
    const services = openServices();
    const outside = mkdtempSync(path.join(path.dirname(services.env.paths.results), 'outside-'));
    writeFileSync(path.join(outside, 'log.json'), '{}');
    symlinkSync(path.join(outside, 'log.json'), path.join(services.env.paths.results, 'run_a.json'));
    const results = addRun(services);
    rmSync(path.join(results, 'a'), { recursive: true });
    symlinkSync(outside, path.join(results, 'a'));
    writeFileSync(path.join(outside, 'cifar10.h5'), '12345');
    const run = services.db.select().from(runs).get()!;
    expect(await findRunFile(results, run, 'cifar10.h5')).toBeNull();
    expect(await findRunFile(results, run, 'run.json')).toBeNull();
    await deleteRun(services, 'a');
    expect(existsSync(path.join(results, 'a'))).toBe(false);
    expect(['log.json', 'cifar10.h5'].map((name) => existsSync(path.join(outside, name)))).toEqual([true, true]);
  });

  it('refuses while the run trains, and removes a queued run from the queue', async () => {
    const services = openServices();
    const { id } = await startRun(services, testConfig({ name: 'waits' }));
    const waiting = await startRun(services, testConfig({ name: 'completes' }));
    await vi.waitFor(async () => expect((await readRun(services, id)).valAccuracy).not.toBeNull(), { timeout: 90_000 });
    await expect(deleteRun(services, id)).rejects.toThrow('Cancel it');
    await deleteRun(services, waiting.id);
    expect(services.db.select({ id: runs.id }).from(runs).all()).toEqual([{ id }]);
  });
});
