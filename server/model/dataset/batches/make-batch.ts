import type { AugmentationSwitch } from '@/lib/config/augmentations.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { Random } from '@/server/model/random.ts';
import { type AugmentationOptions, augmenters } from './augment.ts';

/** The input of one training step, before the frozen part. */
export interface Batch {
  /** [count, 3, 32, 32] in [0, 1]. */
  pixels: Float32Array<ArrayBuffer>;
  /** [count, classes]: one-hot or mixed; not smoothed. */
  targets: Float32Array<ArrayBuffer>;
  /** [count]: indices of the images in the complete set. */
  order: Uint32Array;
  count: number;
}

/** Everything that a run's batches depend on; can be sent to a worker. */
export interface BatchPlan {
  images: ImageSet;
  /** Indices of the training images. */
  indices: Uint32Array;
  classes: number;
  batchSize: number;
  seed: number;
  options: AugmentationOptions;
}

/** The training images in the order of an epoch. */
export const epochOrder = ({ indices, seed }: BatchPlan, epoch: number): Uint32Array =>
  new Random(seed, 'shuffle', 2, epoch).permutation(indices.length).map((position) => indices[position]!);

/** Writes an image's pixels to `target`, scaled to [0, 1]. */
export function readPixels({ pixels }: ImageSet, image: number, target: Float32Array): void {
  const from = image * imageBytes;
  for (let i = 0; i < imageBytes; i++) target[i] = pixels[from + i]! / 255;
}

/** Creates one batch of an epoch. Deterministic: the same plan, epoch and number yield the same batch in any thread. */
export function makeBatch(plan: BatchPlan, order: Uint32Array, epoch: number, number: number): Batch {
  const { images, classes, batchSize, seed, options } = plan;
  const selected = order.subarray(number * batchSize, (number + 1) * batchSize);
  const count = selected.length;
  const pixels = new Float32Array(count * imageBytes);
  const targets = new Float32Array(count * classes);
  const random = new Random(seed, 'augment', epoch, number);
  const enabled = Object.entries(augmenters).flatMap(([name, augmenter]) =>
    options[name as AugmentationSwitch] ? [augmenter] : [],
  );
  for (const [row, image] of selected.entries()) {
    const target = pixels.subarray(row * imageBytes, (row + 1) * imageBytes);
    readPixels(images, image, target);
    for (const augmenter of enabled) augmenter.image?.(target, random, options);
    targets[row * classes + images.labels[image]!] = 1;
  }
  for (const augmenter of enabled) augmenter.batch?.(pixels, targets, random, options);
  return { pixels, targets, order: selected.slice(), count };
}
