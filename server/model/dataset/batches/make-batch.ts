import type { AugmentationSwitch } from '@/lib/config/augmentations.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { Random } from '@/server/model/random.ts';
import { type AugmentationOptions, augmenters } from './augment.ts';

/** What one training step sees, before the frozen part. */
export interface Batch {
  /** [count, 3, 32, 32] in [0, 1]. */
  pixels: Float32Array<ArrayBuffer>;
  /** [count, classes]: one-hot, or mixed; not smoothed. */
  targets: Float32Array<ArrayBuffer>;
  /** [count]: which images these are, indices into the whole set. */
  order: Uint32Array;
  count: number;
}

/** All that the batches of a run depend on; can be sent to a worker. */
export interface BatchPlan {
  images: ImageSet;
  /** The training images. */
  indices: Uint32Array;
  classes: number;
  batchSize: number;
  seed: number;
  options: AugmentationOptions;
}

/** The images of an epoch in the order in which they are trained on. */
export const epochOrder = ({ indices, seed }: BatchPlan, epoch: number): Uint32Array =>
  new Random(seed, 'shuffle', 2, epoch).permutation(indices.length).map((place) => indices[place]!);

/** Bytes as numbers in [0, 1]. */
export function readPixels({ pixels }: ImageSet, image: number, target: Float32Array): void {
  const from = image * imageBytes;
  for (let i = 0; i < imageBytes; i++) target[i] = pixels[from + i]! / 255;
}

/** Makes one batch of an epoch. The same plan, epoch and number give the same batch, wherever it is made. */
export function makeBatch(plan: BatchPlan, order: Uint32Array, epoch: number, number: number): Batch {
  const { images, classes, batchSize, seed, options } = plan;
  const chosen = order.subarray(number * batchSize, (number + 1) * batchSize);
  const count = chosen.length;
  const pixels = new Float32Array(count * imageBytes);
  const targets = new Float32Array(count * classes);
  const random = new Random(seed, 'augment', epoch, number);
  const switchedOn = Object.entries(augmenters).flatMap(([name, augmenter]) =>
    options[name as AugmentationSwitch] ? [augmenter] : [],
  );
  for (const [row, image] of chosen.entries()) {
    const target = pixels.subarray(row * imageBytes, (row + 1) * imageBytes);
    readPixels(images, image, target);
    for (const augmenter of switchedOn) augmenter.image?.(target, random, options);
    targets[row * classes + images.labels[image]!] = 1;
  }
  for (const augmenter of switchedOn) augmenter.batch?.(pixels, targets, random, options);
  return { pixels, targets, order: chosen.slice(), count };
}
