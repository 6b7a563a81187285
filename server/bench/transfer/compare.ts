import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import type { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { type Dataset, labelsOf } from '@/server/model/dataset/dataset.ts';
import { sizesOf, splitImages } from '@/server/model/dataset/split.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { argmax } from '@/server/model/scores.ts';
import { predictSet } from '@/server/training/evaluate.ts';
import { assembleModel, type Experiment, releaseModel } from '@/server/training/experiment.ts';
import { extractFeatures } from '@/server/training/extract-features.ts';
import { trainHead } from '@/server/training/stage1.ts';
import { fineTune } from '@/server/training/stage2.ts';
import { Reporter } from '@/server/training/telemetry/reporter.ts';
import { TimeLeft } from '@/server/training/telemetry/time-left.ts';
import { predictFromPixels } from './logistic-regression.ts';
import { randomBackbone } from './random-backbone.ts';

/**
 * Whether a backbone knows anything that helps: the same head on its features, on those of a network that has learnt
 * nothing, after fine-tuning, and logistic regression on the pixels, all on the same test images.
 */

export const methods = ['pixels', 'random', 'frozen', 'finetuned'] as const;
export type Method = (typeof methods)[number];

export interface Materials {
  dataset: Dataset;
  weights: Weights;
  engine: Engine;
  cache: CacheFolder;
}

/**
 * @param config its seed is also the random network's; stage 2 is fine-tuning, `n_unfreeze` layers of it
 * @returns of each method, whether it was right on each test image
 */
export async function compareMethods(config: TrainConfig, materials: Materials): Promise<Record<Method, boolean[]>> {
  const { dataset, weights, engine } = materials;
  const split = splitImages(dataset, config.train_limit);
  const labels = labelsOf(dataset.test, split.test);
  const judge = (predicted: Uint8Array) => Array.from(labels, (label, image) => predicted[image] === label);
  const classes = dataset.classes.length;
  const model = { network: networkOf(config), imageSize: config.image_size, seed: config.seed };
  const untrained = await randomBackbone(engine, model, dataset.train, split.train);
  const images = { train: dataset.train, test: dataset.test, classes };
  const withoutStage2 = { ...config, n_unfreeze: 0, epochs_stage2: 0 };
  return {
    pixels: judge(predictFromPixels(images, split, config.seed)),
    random: judge(await predict(withoutStage2, { ...materials, weights: untrained })),
    frozen: judge(await predict(withoutStage2, { ...materials, weights })),
    finetuned: judge(await predict(config, { ...materials, weights })),
  };
}

/** A run's two stages, as far as it has them. @returns the predicted class of each test image */
async function predict(config: TrainConfig, { dataset, weights, engine, cache }: Materials): Promise<Uint8Array> {
  const split = splitImages(dataset, config.train_limit);
  const timeLeft = new TimeLeft(config, sizesOf(split), { cacheLimit: cache.limit });
  const experiment: Experiment = {
    config,
    dataset,
    split,
    complete: splitImages(dataset, 0),
    wall: new Uint32Array(),
    weights,
    ...assembleModel({ config, dataset, split, weights, engine, cache }),
    timeLeft,
    reporter: new Reporter(() => {}, new AbortController().signal, timeLeft),
    saveCheckpoint: async () => {},
    resumeFrom: null,
    extendFromEpoch: 0,
  };
  const { features } = await extractFeatures(experiment);
  await trainHead(experiment, features);
  if (config.epochs_stage2 > 0) await fineTune(experiment, features);
  const set = { part: 'test', mirrored: false, phase: 'evaluation' } as const;
  const logits = await predictSet(experiment, set, async () => {});
  await releaseModel(experiment);
  return argmax(logits, dataset.classes.length);
}
