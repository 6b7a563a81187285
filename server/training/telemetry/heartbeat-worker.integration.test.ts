import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';

const worker = inProject('dist/trainer/heartbeat-worker.mjs');

/** A trainer whose main thread hangs. */
const hangs = `
  const { Worker } = require('node:worker_threads');
  const shared = new SharedArrayBuffer(8);
  new Worker(${JSON.stringify(worker)}, { workerData: { shared, pipe: 3, patience: 100 } });
  setTimeout(() => { for (;;); }, 500);
`;

it('kills a hanging trainer when its heartbeat pipe is closed', async () => {
  const trainer = spawn(process.execPath, ['-e', hangs], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const heartbeats = trainer.stdio[3]!;
  const [first] = await once(heartbeats, 'data');
  expect(JSON.parse(String(first).split('\n')[0]!)).toMatchObject({ isExcused: false });
  const closed = once(trainer, 'exit');
  heartbeats.destroy();
  const [code, signal] = await closed;
  expect(process.platform === 'win32' ? code : signal).toBe(process.platform === 'win32' ? 1 : 'SIGKILL');
});
