import { createHash } from 'node:crypto';
import type { ImageCounts } from '@/lib/data/datasets.ts';
import { heldOut, validationShare } from '@/lib/data/datasets.ts';
import type { TestIdentity } from '@/lib/run/metrics.ts';
import { Random } from '@/server/model/random.ts';
import type { Dataset } from './dataset.ts';

/** Which images a run trains, validates and tests on: indices into `train` (twice) and `test`, ascending. */
export interface Split {
  train: Uint32Array;
  val: Uint32Array;
  test: Uint32Array;
}

/** How many images each set has. */
export const sizesOf = ({ train, val, test }: Split): ImageCounts => ({
  train: train.length,
  val: val.length,
  test: test.length,
});

/** The split is the same in every run, whatever its seed: results stay comparable. */
const splitSeed = 42;

/**
 * @param trainLimit how many images to train on, the same share of every class and at least one of each; validation and
 *   test shrink in proportion. 0, or more than there are, takes all. A smaller run's images are among a larger one's.
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

/** The images of each class in an order that is always the same; another for each purpose. */
export function shuffledByClass(labels: Uint8Array, classes: number, purpose: string): number[][] {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const image of new Random(splitSeed, 'split', purpose).permutation(labels.length)) {
    byClass[labels[image]!]!.push(image);
  }
  return byClass;
}

/**
 * The beginning of one fixed order in which the classes take turns, a larger class more often: so each part holds its
 * share of every class, as nearly as whole images allow, and all of any smaller part.
 */
function stratifiedPart(byClass: number[][], share: number): Uint32Array {
  const order = byClass
    .flatMap((images, label) => images.map((image, place) => ({ image, label, turn: place / images.length })))
    .sort((a, b) => a.turn - b.turn || a.label - b.label);
  const count = Math.max(byClass.length, Math.round(order.length * share));
  return Uint32Array.from(order.slice(0, count), ({ image }) => image).sort();
}

/** What is tested on: a part of the test images is another test than all of them. */
export function testIdentity({ identity }: Dataset['test'], indices: Uint32Array): TestIdentity {
  if (indices.length === identity.images) return identity;
  const hash = createHash('sha256').update(identity.hash).update(indices).digest('hex');
  return { hash, name: `${identity.name}, a part`, images: indices.length };
}
