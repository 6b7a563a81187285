import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';

const worker = inProject('dist/trainer/heartbeat-worker.mjs');

/** A trainer that hangs: its own thread never hears anything again. */
const hangs = `
  const { Worker } = require('node:worker_threads');
  const shared = new SharedArrayBuffer(8);
  new Worker(${JSON.stringify(worker)}, { workerData: { shared, pipe: 3, patience: 100 } });
  setTimeout(() => { for (;;); }, 500);
`;

it('ends a trainer that hangs when nobody reads its signs of life any more', async () => {
  const trainer = spawn(process.execPath, ['-e', hangs], { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  const signs = trainer.stdio[3]!;
  const [first] = await once(signs, 'data');
  expect(JSON.parse(String(first).split('\n')[0]!)).toMatchObject({ isExcused: false });
  const closed = once(trainer, 'exit');
  signs.destroy();
  const [code, signal] = await closed;
  expect(process.platform === 'win32' ? code : signal).toBe(process.platform === 'win32' ? 1 : 'SIGKILL');
});
