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
import { FinishRequest } from '@/server/training/finish-request.ts';
import { trainHead } from '@/server/training/stage1.ts';
import { fineTune } from '@/server/training/stage2.ts';
import { Reporter } from '@/server/training/telemetry/reporter.ts';
import { TimeLeft } from '@/server/training/telemetry/time-left.ts';
import { predictFromPixels } from './logistic-regression.ts';
import { randomBackbone } from './random-backbone.ts';

/**
 * Measures whether a backbone transfers: trains the same head on its features, on those of an untrained network, and with
 * fine-tuning, plus logistic regression on pixels, and tests all of them on the same images.
 */

export const methods = ['pixels', 'random', 'frozen', 'finetuned'] as const;
export type Method = (typeof methods)[number];

export interface ComparisonInputs {
  dataset: Dataset;
  weights: Weights;
  engine: Engine;
  cache: CacheFolder;
}

/**
 * @param config its seed also initializes the untrained network; `finetuned` uses its stage 2
 * @returns by method, whether the prediction for each test image is correct
 */
export async function compareMethods(
  config: TrainConfig,
  inputs: ComparisonInputs,
): Promise<Record<Method, boolean[]>> {
  const { dataset, engine } = inputs;
  const split = splitImages(dataset, config.train_limit);
  const labels = labelsOf(dataset.test, split.test);
  const isCorrect = (predicted: Uint8Array) => Array.from(labels, (label, image) => predicted[image] === label);
  const classes = dataset.classes.length;
  const model = { network: networkOf(config), imageSize: config.image_size, seed: config.seed };
  const untrained = await randomBackbone(engine, model, dataset.train, split.train);
  const images = { train: dataset.train, test: dataset.test, classes };
  const withoutStage2 = { ...config, n_unfreeze: 0, epochs_stage2: 0 };
  return {
    pixels: isCorrect(predictFromPixels(images, split, config.seed)),
    random: isCorrect(await predict(withoutStage2, { ...inputs, weights: untrained })),
    frozen: isCorrect(await predict(withoutStage2, inputs)),
    finetuned: isCorrect(await predict(config, inputs)),
  };
}

/** Trains stage 1, and stage 2 if it has epochs. @returns the predicted class of each test image */
async function predict(
  config: TrainConfig,
  { dataset, weights, engine, cache }: ComparisonInputs,
): Promise<Uint8Array> {
  const split = splitImages(dataset, config.train_limit);
  const timeLeft = new TimeLeft(config, sizesOf(split), { cacheLimit: cache.limit });
  const experiment: Experiment = {
    config,
    dataset,
    split,
    complete: splitImages(dataset, 0),
    sampleRows: new Uint32Array(),
    weights,
    ...assembleModel({ config, dataset, split, weights, engine, cache }),
    timeLeft,
    reporter: new Reporter(() => {}, new AbortController().signal, timeLeft),
    finish: new FinishRequest(),
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
