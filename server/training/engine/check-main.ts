import type { EngineVerdict } from '../../../lib/engines.ts';
import { checkOrderSchema } from './check-engine.ts';
import { createEngine } from './create.ts';
import { findMistake } from './known-graph.ts';
import { measureEngine } from './measure.ts';

/** The throw-away process that tries one engine: takes one order over Node IPC, answers with a verdict, and is killed. */

process.once('message', async (message) => {
  const { engine: name, workload } = checkOrderSchema.parse(message);
  const verdict = await judge(async () => {
    const engine = await createEngine(name);
    const mistake = await findMistake(engine);
    if (mistake) return { is: 'unfit', why: mistake };
    const imagesPerSecond = await measureEngine(engine, workload);
    return { is: 'able', device: engine.device, threads: engine.threads, imagesPerSecond };
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
