import { Worker } from 'node:worker_threads';
import type { z } from 'zod';
import type { EngineVerdict } from '@/lib/config/engines.ts';
import { createEngine } from '@/server/model/engine/create.ts';
import { checkOrderSchema, type checkProgressSchema, defaultTrainerTimeout } from './check-engine.ts';
import { findMistake } from './known-graph.ts';
import { measureEngine } from './measure.ts';

/** The throw-away process that tries one engine: takes one order over Node IPC, answers with a verdict, and is killed. */

/** Whoever started this may be gone before its time is up, and a native library may hang: then this ends by itself. */
const ends = `setTimeout(() => process.kill(process.pid, 'SIGKILL'), ${defaultTrainerTimeout + 5000})`;
new Worker(ends, { eval: true }).unref();
process.once('disconnect', () => process.exit());

process.once('message', async (message) => {
  const { engine: name, workload } = checkOrderSchema.parse(message);
  const verdict = await judge(async () => {
    const engine = await createEngine(name);
    const mistake = await findMistake(engine);
    if (mistake) return { is: 'unfit', why: mistake };
    const { device, threads } = engine;
    process.send!({ is: 'right', device, threads } satisfies z.infer<typeof checkProgressSchema>);
    const imagesPerSecond = await measureEngine(engine, workload);
    return { is: 'able', device, threads, imagesPerSecond };
  });
  process.send!(verdict);
});

async function judge(tryIt: () => Promise<EngineVerdict>): Promise<EngineVerdict> {
  try {
    return await tryIt();
  } catch (error) {
    const { cause } = error as Error;
    const reason = cause instanceof Error ? cause : error;
    return { is: 'unfit', why: `it fails: ${reason instanceof Error ? reason.message.trim().slice(0, 500) : reason}` };
  }
}
