import { createHash } from 'node:crypto';
import type { ImageCounts } from '@/lib/data/datasets.ts';
import { heldOut, validationShare } from '@/lib/data/datasets.ts';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import { Random } from '@/server/model/random.ts';
import type { Dataset } from './dataset.ts';

/** The images that a run trains, validates and tests on: ascending indices into the data set's `train` (train, val) and `test`. */
export interface Split {
  train: Uint32Array;
  val: Uint32Array;
  test: Uint32Array;
}

/** Number of images in each part. */
export const sizesOf = ({ train, val, test }: Split): ImageCounts => ({
  train: train.length,
  val: val.length,
  test: test.length,
});

/** Independent of a run's seed, so that results stay comparable. */
const splitSeed = 42;

/**
 * Splits a data set, stratified by class. A smaller run's images are a subset of a larger run's.
 * @param trainLimit number of training images: the same share of every class, at least one of each. Validation and test
 *   images are reduced in proportion. 0, or more than available, uses all.
 */
export function splitImages(
  { name, train, test, classes }: Pick<Dataset, 'name' | 'train' | 'test' | 'classes'>,
  trainLimit: number,
): Split {
  const byClass = shuffledByClass(train.labels, classes.length, 'train');
  const validation = byClass.map((images) => images.slice(0, heldOut(images.length, validationShare(name))));
  const training = byClass.map((images, label) => images.slice(validation[label]!.length));
  const available = training.reduce((total, images) => total + images.length, 0);
  const share = trainLimit === 0 ? 1 : Math.min(1, trainLimit / available);
  return {
    train: stratifiedPart(training, share),
    val: stratifiedPart(validation, share),
    test: stratifiedPart(shuffledByClass(test.labels, classes.length, 'test'), share),
  };
}

/** Shuffles the images of each class. The order is always the same for the same purpose. */
export function shuffledByClass(labels: Uint8Array, classes: number, purpose: string): number[][] {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const image of new Random(splitSeed, 'split', purpose).permutation(labels.length)) {
    byClass[labels[image]!]!.push(image);
  }
  return byClass;
}

/**
 * Selects the first images of a fixed order in which the classes alternate in proportion to their sizes. So every part
 * contains the same share of each class, rounded to images, and includes every smaller part.
 */
function stratifiedPart(byClass: number[][], share: number): Uint32Array {
  const order = byClass
    .flatMap((images, label) => images.map((image, index) => ({ image, label, rank: index / images.length })))
    .sort((a, b) => a.rank - b.rank || a.label - b.label);
  const count = Math.max(byClass.length, Math.round(order.length * share));
  return Uint32Array.from(order.slice(0, count), ({ image }) => image).sort();
}

/** The identity of a run's test set. A part of the test images has a different identity from the complete set. */
export function testIdentity({ identity }: Dataset['test'], indices: Uint32Array): TestIdentity {
  if (indices.length === identity.images) return identity;
  const hash = createHash('sha256').update(identity.hash).update(indices).digest('hex');
  return { hash, name: `${identity.name}, a part`, images: indices.length };
}
