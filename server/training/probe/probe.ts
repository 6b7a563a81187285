import type { TrainConfig } from '@/lib/config/train-config.ts';
import { builtInDatasets, imageCounts } from '@/lib/data/datasets.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { type Speed, speedKind } from '@/lib/work/estimate.ts';
import { noneCached, type Pass, passSchema, workOf } from '@/lib/work/run-work.ts';
import { chooseEngine } from '@/server/model/engine/choose.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { type Emit, emitOutcome, type Outcome } from '@/server/training/telemetry/reporter.ts';
import { randomDataset } from './random-dataset.ts';
import { type Step, timePasses } from './time-passes.ts';

/** How long each pass is watched once it is warm. With that and the start, about five seconds. */
const watched: Record<Pass, number> = { head: 0.4, features: 1, frozen: 0.6, finetune: 1.4, tail: 1.2, predict: 0.4 };
/** A long run is slower than its best moments: 1.15 to 1.24 times in two runs on an idle machine (docs/BENCHMARKS.md). */
const sustained = 1.15;
/** Random images, in batches: an epoch is short, and there are many. */
const batches = 8;

/**
 * How fast a run with this config would be here: its own steps, on random pixels and weights. Emits one event `measured`,
 * then how it ended; reads no data and writes no results.
 */
export const probe = ({ config, cache, cacheLimit, emit, signal }: ProbeOptions): Promise<Outcome> =>
  emitOutcome(emit, async () => {
    const { engine } = await chooseEngine(config, cache, signal);
    const steps = await timePasses(passesOf(config, cacheLimit), {
      config,
      engine,
      weights: randomWeights(networkOf(config)),
      signal,
      ...randomDataset(batches * config.batch_size),
      isEnough: (pass, { seconds }) => seconds >= watched[pass],
    });
    const speeds = [...steps].flatMap(([pass, each]) => speedOf(pass, each, config));
    await emit({ type: 'measured', at: Date.now(), speeds });
  });

interface ProbeOptions {
  config: TrainConfig;
  /** Bytes that the cache may take: where that is too little for the activations, a run starts from pixels. */
  cacheLimit: number;
  /** Where verdicts on engines are kept. */
  cache: string;
  emit: Emit;
  signal: AbortSignal;
}

/** What a run with this config does at all. */
function passesOf(config: TrainConfig, cacheLimit: number): Pass[] {
  const work = Object.values(
    workOf(config, imageCounts(config.train_limit, builtInDatasets.cifar10.size), noneCached(cacheLimit)),
  );
  return passSchema.options.filter((pass) => work.some((images) => (images[pass] ?? 0) > 0));
}

/** By the faster half of the steps: what else the machine did meanwhile, it will not do all the time. */
function speedOf(pass: Pass, steps: readonly Step[], config: TrainConfig): Speed[] {
  const half = steps
    .toSorted((a, b) => a.seconds / a.images - b.seconds / b.images)
    .slice(0, Math.ceil(steps.length / 2));
  const sum = (part: keyof Step) => half.reduce((total, step) => total + step[part], 0);
  return half.length > 0
    ? [{ pass, ...speedKind(config), images: sum('images'), seconds: sustained * sum('seconds') }]
    : [];
}
