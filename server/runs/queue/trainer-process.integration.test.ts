import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { RunEvent, TrainerCommand } from '@/lib/run/events.ts';
import { testConfig } from '@/server/services.test-helper.ts';
import { inProject, scriptedTrainer } from '@/tools/testing/paths.ts';
import { startTrainer } from './trainer-process.ts';

it('leaves no trainer behind when its server crashes, even a stubborn one', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainer-process-'));
  const fixture = (name: string) => inProject(`server/runs/fixtures/${name}`);
  const logFile = path.join(folder, 'trainer.log');
  const command: TrainerCommand = {
    type: 'start',
    runId: 'a',
    config: testConfig({ name: 'stubborn' }),
    paths: { data: folder, results: folder, datasets: folder, cache: folder, cacheLimit: 1e9 },
  };
  const args = [fixture('crashing-server.mjs'), fixture('scripted-trainer.mjs'), logFile, JSON.stringify(command)];
  const server = spawn(process.execPath, ['--import', 'tsx', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  server.stderr.on('data', (data) => {
    errors += data;
  });
  const [code] = await once(server, 'close');
  expect([code, errors]).toEqual([1, expect.stringContaining('Error: crash')]);
  const pid = Number(/^pid (\d+)$/m.exec(await readFile(logFile, 'utf8'))![1]);
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 90_000);
  await rm(folder, { recursive: true });
});

/** Starts a trainer that plays a scene. */
async function start(scene: string, options: { timeout?: number; onEvent?: () => void } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainer-process-'));
  const events: RunEvent[] = [];
  const trainer = startTrainer({
    entry: scriptedTrainer,
    command: {
      type: 'start',
      runId: 'a',
      config: testConfig({ name: scene }),
      paths: { data: folder, results: folder, datasets: folder, cache: folder, cacheLimit: 1e9 },
    },
    logFile: path.join(folder, 'trainer.log'),
    timeout: options.timeout ?? 60,
    onEvent: (event) => {
      events.push(event);
      options.onEvent?.();
    },
  });
  void trainer.ended.then(() => rm(folder, { recursive: true }));
  return { trainer, events, trains: () => vi.waitFor(() => expect(events.length).toBeGreaterThan(1), 90_000) };
}

it('passes on the events of a trainer, then its end', async () => {
  const { trainer, events } = await start('completes');
  expect(await trainer.ended).toMatchObject({ type: 'completed' });
  expect(events.map(({ type }) => type).slice(0, 3)).toEqual(['started', 'progress', 'epoch']);
  expect(trainer.cancel()).toBe(false);
});

it.each([
  ['waits', 'canceled'],
  ['stubborn', 'canceled'],
  // Its own end arrives before it is killed.
  ['completes on cancel', 'completed'],
])('cancels a trainer (scene "%s"), which ends as %s', async (scene, type) => {
  const { trainer, events, trains } = await start(scene);
  await trains();
  const before = events.length;
  expect([trainer.cancel(), trainer.cancel()]).toEqual([true, true]);
  expect(await trainer.ended).toMatchObject({ type });
  expect(events).toHaveLength(before);
});

it('stops a trainer that hangs', async () => {
  const { trainer } = await start('hangs', { timeout: 3 });
  expect(await trainer.ended).toMatchObject({
    type: 'interrupted',
    message: expect.stringMatching(/hung in one step/),
  });
});

it('ends an attempt whose events cannot be recorded, and ignores further events', async () => {
  const { trainer, events } = await start('completes', {
    onEvent: () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
    },
  });
  const message = expect.stringMatching(/could not be recorded: database or disk is full\. Free up space/);
  expect(await trainer.ended).toMatchObject({ type: 'interrupted', message });
  expect(events).toHaveLength(1);
});

it('reports a process that cannot be started', async () => {
  vi.stubGlobal('process', Object.create(process, { execPath: { value: '/nowhere/node' } }));
  const { trainer } = await start('completes');
  vi.unstubAllGlobals();
  expect(trainer.cancel()).toBe(false);
  const message = expect.stringMatching(/could not be started: .*ENOENT/);
  expect(await trainer.ended).toMatchObject({ type: 'failed', code: 'trainer-not-started', message });
});
