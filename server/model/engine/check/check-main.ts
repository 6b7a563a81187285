import { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import type { EngineVerdict } from '@/lib/config/engines.ts';
import { createEngine } from '@/server/model/engine/create.ts';
import { type checkProgressSchema, checkRequestSchema, defaultCheckTimeout } from './check-engine.ts';
import { findWrongResult } from './known-graph.ts';
import { measureEngine } from './measure.ts';

/** The process that checks one engine: receives one request over Node IPC, replies with a verdict, and is killed. */

/** Kills this process if its parent has exited and a native library hangs. A thread, because the event loop may be blocked. */
const watchdog = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${defaultCheckTimeout + 5000})`;
new Worker(watchdog, { eval: true }).unref();
process.once('disconnect', () => process.exit());

process.once('message', async (message) => {
  const { engine: name, workload } = checkRequestSchema.parse(message);
  const verdict = await verdictOf(async () => {
    const engine = await createEngine(name);
    const wrongResult = await findWrongResult(engine);
    if (wrongResult) return { is: 'unfit', why: wrongResult };
    const { device, threads } = engine;
    process.send!({ is: 'right', device, threads } satisfies z.infer<typeof checkProgressSchema>);
    const imagesPerSecond = await measureEngine(engine, workload);
    return { is: 'able', device, threads, imagesPerSecond };
  });
  process.send!(verdict);
});

async function verdictOf(check: () => Promise<EngineVerdict>): Promise<EngineVerdict> {
  try {
    return await check();
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause instanceof Error ? cause : error;
    return { is: 'unfit', why: `it fails: ${reason instanceof Error ? reason.message.trim().slice(0, 500) : reason}` };
  }
}
