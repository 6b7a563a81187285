import { randomBytes } from 'node:crypto';
import { networkOf } from '@/lib/network/backbones.ts';
import { trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { inputShapes } from '@/server/model/engine/feeds.ts';
import type { Workload } from '@/server/model/engine/inventory/verdicts.ts';
import { sizeOf } from '@/server/model/graph/node.ts';
import { frozenGraph, trainingGraph } from '@/server/model/network/model.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { measuredSteps } from './check-engine.ts';

/**
 * Measures the images per second of a run's most expensive part: training steps of the tail if the run fine-tunes, else
 * feature extraction. Weights and inputs are random.
 */
export async function measureEngine(engine: Engine, workload: Workload): Promise<number> {
  const { image_size, n_unfreeze, batch_size } = workload;
  const network = networkOf(workload);
  const model = { network, imageSize: image_size, nUnfreeze: n_unfreeze, classes: 10 };
  const trainsBase = trainedConvolutions(network, n_unfreeze).length > 0;
  const weights = randomWeights(network);
  const graph = trainsBase ? trainingGraph(weights, model, batch_size) : frozenGraph(weights, model, batch_size);
  const feeds = Object.fromEntries([...inputShapes(graph)].map(([name, shape]) => [name, smallNumbers(sizeOf(shape))]));
  const program = await engine.compile(graph);
  let started = 0;
  for (let step = 0; step < measuredSteps; step++) {
    // The first step compiles and is not timed.
    if (step === 1) started = performance.now();
    await program.run(feeds);
  }
  const seconds = (performance.now() - started) / 1000;
  await program.release();
  return ((measuredSteps - 1) * batch_size) / seconds;
}

/** Random numbers from 0 to 0.1; not negative, because some of them are variances. */
const smallNumbers = (length: number): Float32Array => Float32Array.from(randomBytes(length), (byte) => byte / 2550);
