import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { TrainerCommand } from '@/lib/run/events.ts';
import { testConfig } from '@/server/services.test-helper.ts';
import { inProject } from '@/tools/testing/paths.ts';

it('leaves no trainer behind when its server falls, even one that hears nothing', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'trainer-process-'));
  const fixture = (name: string) => inProject(`server/runs/fixtures/${name}`);
  const logFile = path.join(folder, 'trainer.log');
  const command: TrainerCommand = {
    type: 'start',
    runId: 'a',
    config: testConfig({ name: 'stubborn' }),
    paths: { data: folder, results: folder, datasets: folder, cache: folder, cacheLimit: 1e9 },
  };
  const args = [fixture('falling-server.mjs'), fixture('scripted-trainer.mjs'), logFile, JSON.stringify(command)];
  const server = spawn(process.execPath, ['--import', 'tsx', ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  server.stderr.on('data', (data) => {
    errors += data;
  });
  const [code] = await once(server, 'close');
  expect([code, errors]).toEqual([1, expect.stringContaining('Error: falls')]);
  const pid = Number(/^pid (\d+)$/m.exec(await readFile(logFile, 'utf8'))![1]);
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 90_000);
  await rm(folder, { recursive: true });
});
