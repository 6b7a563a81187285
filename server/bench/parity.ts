import { z } from 'zod';
import { featureCount, kernelName, type Network, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { plainBatches } from '@/server/model/dataset/batches/batches.ts';
import type { ImageSet } from '@/server/model/dataset/dataset.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { kernelOf } from '@/server/model/network/fold.ts';
import { createHead, hiddenUnits, type Parameters } from '@/server/model/network/head.ts';
import {
  frozenGraph,
  gradientName,
  type ModelShape,
  trainedShapes,
  trainingGraph,
} from '@/server/model/network/model.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { Random } from '@/server/model/random.ts';
import { oneHot, smoothLabels } from '@/server/model/scores.ts';
import { createOptimizer } from '@/server/training/optimizer/optimizer.ts';

/**
 * Compares an engine with numbers that other implementations computed from the same weights and test images: features of the
 * frozen base, and losses, gradients and weight changes of a few AdamW steps. The tests call the same functions.
 */

/** Features of some test images, by image size in pixels. */
const featuresReferenceSchema = z.object({
  images: z.array(z.number().int()),
  features: z.record(z.string().regex(/^\d+$/), z.array(z.array(z.number()))),
});

/** Fine-tuning steps, by a name with N, image size, learning rate and first image. */
export const stepsReferenceSchema = z.record(
  z.string(),
  z.object({
    losses: z.array(z.number()),
    gradient_norms_at_step_0: z.record(z.string(), z.number()),
    change_norms_after_last_step: z.record(z.string(), z.number()),
  }),
);
export type StepsReference = z.infer<typeof stepsReferenceSchema>[string];

/** A comparison: the largest difference and its tolerance. */
export interface Agreement {
  what: string;
  largest: number;
  tolerance: number;
}

export interface ParitySetup {
  engine: Engine;
  network: Network;
  weights: Weights;
  /** Test images of CIFAR-10's binary files. */
  images: ImageSet;
}

/** Maximum difference between two features. */
const featureTolerance = 2e-3;

/** Compares the features at each image size. */
async function compareFeatures(
  { engine, network, weights, images }: ParitySetup,
  reference: z.infer<typeof featuresReferenceSchema>,
): Promise<Agreement[]> {
  const agreements: Agreement[] = [];
  const indices = Uint32Array.from(reference.images);
  for (const [size, expected] of Object.entries(reference.features)) {
    const program = await engine.compile(
      frozenGraph(weights, { network, imageSize: Number(size), nUnfreeze: 0 }, indices.length),
    );
    const { frozen } = await program.run({ pixels: firstBatch(images, indices) });
    const largest = largestOf(expected.flat(), (value, i) => Math.abs(frozen![i]! - value));
    agreements.push({ what: `features, ${size} px`, largest, tolerance: featureTolerance });
    await program.release();
  }
  return agreements;
}

const batchSize = 32;
const labelSmoothing = 0.05;

/** Repeats the steps of a reference. Differences of losses are absolute, those of norms relative. */
async function compareSteps(
  { engine, network, weights, images }: ParitySetup,
  name: string,
  reference: StepsReference,
): Promise<Agreement[]> {
  const { nUnfreeze, imageSize, learningRate, firstImage } = parseStepsName(name);
  const classes = 10;
  const model = { network, imageSize, nUnfreeze, classes };
  const [frozenPart, trainingPart] = [
    await engine.compile(frozenGraph(weights, model, batchSize)),
    await engine.compile(trainingGraph(weights, model, batchSize)),
  ];
  const parameters = referenceParameters(weights, model);
  const trained = [...trainedShapes(model).keys()];
  const start = new Map(trained.map((each) => [each, parameters.get(each)!.slice()]));
  const optimizer = createOptimizer('adamw', { weightDecay: 1e-4 });
  const losses: number[] = [];
  let firstGradients: Parameters | null = null;
  for (let step = 0; step < reference.losses.length; step++) {
    const indices = Uint32Array.from({ length: batchSize }, (_, i) => firstImage + step * batchSize + i);
    const { frozen } = await frozenPart.run({ pixels: firstBatch(images, indices) });
    const labels = Uint8Array.from(indices, (index) => images.labels[index]!);
    const results = await trainingPart.run({
      ...Object.fromEntries(parameters),
      frozen: frozen!,
      targets: smoothLabels(oneHot(labels, classes), classes, labelSmoothing),
      dropout_mask: new Float32Array(batchSize * hiddenUnits).fill(1),
    });
    const gradients = new Map(trained.map((each) => [each, results[gradientName(each)]!]));
    firstGradients ??= gradients;
    losses.push(results.loss![0]!);
    optimizer.step(parameters, gradients, learningRate);
  }
  await Promise.all([frozenPart.release(), trainingPart.release()]);

  const relative = (expected: Record<string, number>, found: (name: string) => number) =>
    largestOf(Object.entries(expected), ([tensor, norm]) => Math.abs(found(tensor) - norm) / norm);
  const change = (tensor: string) => {
    const before = start.get(tensor);
    return before ? norm(parameters.get(tensor)!.map((value, i) => value - before[i]!)) : Number.NaN;
  };
  const gradient = (tensor: string) => norm(firstGradients?.get(tensor) ?? [Number.NaN]);
  return [
    {
      what: `${name}: losses`,
      largest: largestOf(reference.losses, (loss, i) => Math.abs(loss - losses[i]!)),
      tolerance: 1e-4,
    },
    {
      what: `${name}: gradient norms at step 0`,
      largest: relative(reference.gradient_norms_at_step_0, gradient),
      tolerance: nUnfreeze > 30 ? 1e-2 : 3e-3, // errors of float32 and at the kinks of ReLU accumulate with depth
    },
    {
      what: `${name}: change norms after the last step`,
      largest: relative(reference.change_norms_after_last_step, change),
      tolerance: 2e-2,
    },
  ];
}

/** Parses a name such as `n30_96px_lr1e-5_from_image_0`. */
function parseStepsName(name: string) {
  const [, n, size, rate, first] = /^n(\d+)_(\d+)px_lr([\d.e+-]+)_from_image_(\d+)$/.exec(name) ?? [];
  if (!first) throw new Error(`${name}: expected a name such as n30_96px_lr1e-5_from_image_0`);
  return { nUnfreeze: Number(n), imageSize: Number(size), learningRate: Number(rate), firstImage: Number(first) };
}

/** The head's initial weights in the references: sines, which any language can reproduce. */
function referenceParameters(weights: Weights, { network, nUnfreeze, classes }: ModelShape): Parameters {
  const parameters = createHead(classes, new Random(0));
  const sines = (rows: number, columns: number, scale: number, frequency: number) =>
    Float32Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return scale * Math.sin(frequency * row + 1.7 * column);
    });
  parameters.set('dense/kernel', sines(featureCount, hiddenUnits, 0.02, 0.37));
  parameters.set('logits/kernel', sines(hiddenUnits, classes, 0.05, 0.185));
  for (const convolution of trainedConvolutions(network, nUnfreeze)) {
    parameters.set(kernelName(convolution), kernelOf(weights, convolution).slice());
  }
  return parameters;
}

function firstBatch(images: ImageSet, indices: Uint32Array): Float32Array {
  const [batch] = plainBatches(images, indices, indices.length, { mirrored: false });
  return batch!.pixels;
}

const norm = (values: Iterable<number>): number => {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
};

/** The largest difference; NaN if any is NaN, which exceeds every tolerance. */
function largestOf<T>(items: readonly T[], difference: (item: T, index: number) => number): number {
  return items.reduce((largest, item, index) => {
    const value = difference(item, index);
    return Number.isNaN(value) || value > largest ? value : largest;
  }, 0);
}

export const agrees = ({ largest, tolerance }: Agreement): boolean => largest <= tolerance;

/** Compares with the contents of a reference file: features or fine-tuning steps. @throws Error for other contents */
export async function compareWithFile(setup: ParitySetup, content: unknown): Promise<Agreement[]> {
  const features = featuresReferenceSchema.safeParse(content);
  if (features.success) return compareFeatures(setup, features.data);
  const agreements: Agreement[] = [];
  for (const [name, value] of Object.entries(z.record(z.string(), z.unknown()).parse(content))) {
    if (typeof value !== 'object') continue; // remarks about the file
    agreements.push(...(await compareSteps(setup, name, stepsReferenceSchema.valueType.parse(value))));
  }
  if (agreements.length === 0) throw new Error('The reference file contains neither features nor fine-tuning steps.');
  return agreements;
}
