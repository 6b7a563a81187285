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

/** Seconds to measure each pass after warm-up. Including start-up, a probe takes about five seconds. */
const measuredSeconds: Record<Pass, number> = {
  head: 0.4,
  features: 1,
  frozen: 0.6,
  finetune: 1.4,
  tail: 1.2,
  predict: 0.4,
};
/** Slowdown of a long run compared with its fastest steps: 1.15 to 1.24 in two runs on an idle machine (docs/BENCHMARKS.md). */
const sustainedSlowdown = 1.15;
/** Batches of random images; epochs are short and numerous. */
const batches = 8;

/**
 * Measures the speed of a run with this config on this machine: the steps of a real run, on random pixels and weights. Emits
 * one `measured` event, then the outcome; reads no data and writes no results.
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
      isEnough: (pass, { seconds }) => seconds >= measuredSeconds[pass],
    });
    const speeds = [...steps].flatMap(([pass, each]) => speedOf(pass, each, config));
    await emit({ type: 'measured', at: Date.now(), speeds });
  });

interface ProbeOptions {
  config: TrainConfig;
  /** Maximum size of the cache in bytes; if the activations do not fit, stage 2 trains from pixels. */
  cacheLimit: number;
  /** Folder with the engines' verdicts. */
  cache: string;
  emit: Emit;
  signal: AbortSignal;
}

/** The passes of a run with this config. */
function passesOf(config: TrainConfig, cacheLimit: number): Pass[] {
  const work = Object.values(
    workOf(config, imageCounts(config.train_limit, builtInDatasets.cifar10.size), noneCached(cacheLimit)),
  );
  return passSchema.options.filter((pass) => work.some((images) => (images[pass] ?? 0) > 0));
}

/** Uses the faster half of the steps, because other load on the machine is temporary. */
function speedOf(pass: Pass, steps: readonly Step[], config: TrainConfig): Speed[] {
  const fastest = steps
    .toSorted((a, b) => a.seconds / a.images - b.seconds / b.images)
    .slice(0, Math.ceil(steps.length / 2));
  const sum = (part: keyof Step) => fastest.reduce((total, step) => total + step[part], 0);
  return fastest.length > 0
    ? [{ pass, ...speedKind(config), images: sum('images'), seconds: sustainedSlowdown * sum('seconds') }]
    : [];
}
