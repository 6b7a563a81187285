import { describe, expect } from 'vitest';
import { isAlive } from '@/server/model/files/is-alive.ts';
import { cancelRun } from '@/server/runs/commands/cancel.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { pidsOf, startScene, until, untilTraining } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { killProcess } from './bare-server.test-helper.ts';
import { fault } from './fault.test-helper.ts';

const isPosix = process.platform !== 'win32';

describe('signals', () => {
  fault(
    'a trainer freezes and resumes after it was given up',
    'SIGSTOP, then SIGCONT',
    async () => {
      const entry = scriptedTrainer;
      const services = openServices(undefined, { TRAINER_ENTRY: entry, TRAINER_PATIENCE: '2', AUTO_RESUME: 'off' });
      const id = await startScene(services, 'sends heartbeats');
      await untilTraining(services, id);
      const [pid] = pidsOf(services, id) as [number];
      // Time for a first heartbeat.
      await new Promise((resolve) => setTimeout(resolve, 2000));
      killProcess(pid, 'SIGSTOP');
      await until(services, id, 'interrupted');
      killProcess(pid, 'SIGCONT');
      const run = await readRun(services, id);
      expect(run.error).toMatch(/no heartbeat/);
      expect(isAlive(pid)).toBe(false);
      return `given up after 2 s without a heartbeat, its process killed: "${run.error}"`;
    },
    { isPossible: isPosix },
  );

  fault('a trainer hangs in a step', 'its heartbeat continues, but its step counter stops', async () => {
    const entry = scriptedTrainer;
    const services = openServices(undefined, { TRAINER_ENTRY: entry, TRAINER_PATIENCE: '2', AUTO_RESUME: 'off' });
    const id = await startScene(services, 'hangs');
    await until(services, id, 'interrupted');
    expect((await readRun(services, id)).error).toMatch(/hung in one step/);
    return 'stopped and reported as hung';
  });

  fault(
    'a trainer ignores SIGTERM',
    'a handler that does nothing; then cancel',
    async () => {
      const services = openServices();
      const id = await startScene(services, 'stubborn');
      await untilTraining(services, id);
      const [pid] = pidsOf(services, id) as [number];
      const requested = performance.now();
      cancelRun(services, id);
      expect((await readRun(services, id)).status).toBe('canceled');
      await services.queue.release(id);
      expect(isAlive(pid)).toBe(false);
      return `canceled at once, its process killed ${((performance.now() - requested) / 1000).toFixed(1)} s later`;
    },
    { isPossible: isPosix },
  );
});
