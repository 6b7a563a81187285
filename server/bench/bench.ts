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

/** How fast an engine does what a run does, on random pixels and weights: they cost what real ones cost. */

/** Its names are those of the JSON line. */
export interface BenchResult {
  engine: string;
  device: string;
  threads: number | null;
  image_size: number;
  n_unfreeze: number;
  batch_size: number;
  augment: boolean;
  /** Pooled features of the frozen base. */
  extract_images_per_s: number;
  /** Whole steps of stage 2 from pixels: making the batch, frozen part, loss and gradients, update. */
  finetune_images_per_s: number;
  /** From the start of the process until it has the features of the first images: reading code, compiling, computing. */
  startup_s: number;
  /** The most memory that the process held at once. */
  peak_memory_mb: number;
}

export interface BenchOptions {
  config: TrainConfig;
  engine: Engine;
  /** Each pass counts at least so many images, once it is warm. */
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
    isEnough: (_, counted) => counted.images >= images,
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

/** All images by all seconds: slow steps count, as they do in a run. */
function rate(steps: readonly Step[]): number {
  const sum = (part: keyof Step) => steps.reduce((total, step) => total + step[part], 0);
  return round(sum('images') / sum('seconds'), 1);
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
