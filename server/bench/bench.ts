import { performance } from 'node:perf_hooks';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { ActivationStore } from '@/server/model/activations/activation-store.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { randomDataset } from '@/server/training/probe/random-dataset.ts';
import { type Step, timePasses } from '@/server/training/probe/time-passes.ts';
import { ProcessUsage } from '@/server/training/telemetry/usage.ts';

/** Measures the speed of an engine with the steps of a run. Random pixels and weights take the same time as real ones. */

/** Its keys are those of the JSON output. */
export interface BenchResult {
  engine: string;
  device: string;
  threads: number | null;
  image_size: number;
  n_unfreeze: number;
  batch_size: number;
  augment: boolean;
  /** Extraction of the frozen base's pooled features. */
  extract_images_per_s: number;
  /** Complete steps of stage 2 from pixels: batch creation, frozen part, loss and gradients, update. */
  finetune_images_per_s: number;
  /** From the start of the process to the features of the first images: loading code, compiling, computing. */
  startup_s: number;
  /** Peak memory of the process. */
  peak_memory_mb: number;
}

export interface BenchOptions {
  config: TrainConfig;
  engine: Engine;
  /** Minimum number of images to measure in each pass after warm-up. */
  images: number;
}

export async function bench({ config, engine, images }: BenchOptions): Promise<BenchResult> {
  const network = networkOf(config);
  const weights = randomWeights(network);
  const { dataset, split } = randomDataset(Math.ceil(images / config.batch_size) * config.batch_size);
  const request = { images: dataset.train, indices: split.val, mirrored: false };
  const model = { network, imageSize: config.image_size, nUnfreeze: 0 };
  const store = new ActivationStore(engine, weights, model, dataset.hash, new CacheFolder('', 0));
  await store.compute(
    request,
    async () => {},
    async () => {},
  );
  const startup = performance.now() / 1000;
  const steps = await timePasses(['features', 'finetune'], {
    config,
    engine,
    weights,
    dataset,
    split,
    isEnough: (_, measured) => measured.images >= images,
    signal: new AbortController().signal,
  });
  return {
    engine: engine.name,
    device: engine.device,
    threads: engine.threads,
    image_size: config.image_size,
    n_unfreeze: config.n_unfreeze,
    batch_size: config.batch_size,
    augment: config.augment,
    extract_images_per_s: rate(steps.get('features')!),
    finetune_images_per_s: rate(steps.get('finetune')!),
    startup_s: round(startup, 2),
    peak_memory_mb: round(new ProcessUsage().read().peakMemory / 2 ** 20, 0),
  };
}

/** Total images per total seconds, so that slow steps count as in a run. */
function rate(steps: readonly Step[]): number {
  const sum = (part: keyof Step) => steps.reduce((total, step) => total + step[part], 0);
  return round(sum('images') / sum('seconds'), 1);
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
