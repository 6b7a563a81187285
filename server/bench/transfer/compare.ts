import type { TrainConfig } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { FrozenStore } from '@/server/model/activations/activation-store.ts';
import type { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import type { Dataset } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { createHead } from '@/server/model/network/head.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { Random } from '@/server/model/random.ts';
import { argmax } from '@/server/model/scores.ts';
import { labelsOf, predictSet } from '@/server/training/evaluate.ts';
import { type Experiment, requestFor } from '@/server/training/experiment.ts';
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
  const classes = dataset.classes.length;
  const base = { network: networkOf(config), imageSize: config.image_size };
  const store = (nUnfreeze: number) => new FrozenStore(engine, weights, { ...base, nUnfreeze }, dataset.hash, cache);
  const tunes = config.epochs_stage2 > 0;
  const [features, tail] = [store(0), store(config.n_unfreeze)];
  const counts = { train: split.train.length, val: split.val.length, test: split.test.length };
  const timeLeft = new TimeLeft(config, counts, { cacheLimit: 0 });
  const experiment: Experiment = {
    config,
    dataset,
    split,
    complete: splitImages(dataset, 0),
    wall: new Uint32Array(),
    weights,
    engine,
    features,
    timeLeft,
    frozen: tunes ? tail : features,
    parameters: createHead(classes, new Random(config.seed, 'head')),
    reporter: new Reporter(() => {}, new AbortController().signal, timeLeft),
    keep: async () => {},
    resume: null,
    furtherFrom: 0,
  };
  const rowsOf = async (part: 'train' | 'val' | 'test') =>
    (await features.get(requestFor(experiment, part), async () => {})).rows;
  const rows = { train: await rowsOf('train'), val: await rowsOf('val'), test: await rowsOf('test') };
  const head = new Programs(engine, weights, { ...base, nUnfreeze: 0, classes });
  const programs = tunes ? new Programs(engine, weights, { ...base, nUnfreeze: config.n_unfreeze, classes }) : head;
  await trainHead(experiment, rows, head);
  if (tunes) await fineTune(experiment, rows, programs);
  const asked = { part: 'test', mirrored: false, phase: 'evaluation' } as const;
  const logits = await predictSet(experiment, programs, asked, async () => {});
  await Promise.all([...new Set([head, programs, features, tail])].map((each) => each.release()));
  return argmax(logits, classes);
}
