import { createHash } from 'node:crypto';
import type { TestIdentity } from '@/lib/run/metrics.ts';

/** Images in the layout of CIFAR-10's binary files: three planes of bytes each. */
export interface ImageSet {
  /** [count, 3, 32, 32], in memory shared with the worker that prepares batches. */
  pixels: Uint8Array<SharedArrayBuffer>;
  /** [count], each below the number of classes. */
  labels: Uint8Array;
  count: number;
}

export interface Dataset {
  /** The value of a config's `dataset`. */
  name: string;
  classes: readonly string[];
  /** Images that are split into training and validation images. */
  train: ImageSet;
  test: ImageSet & { identity: TestIdentity };
  /** SHA-256 of every image and label. */
  hash: string;
}

/** Bytes per image. */
export const imageBytes = 3 * 32 * 32;
/** Bytes per record in CIFAR-10's binary files: a label and an image. */
export const recordBytes = 1 + imageBytes;

export const labelsOf = (images: ImageSet, indices: Uint32Array): Uint8Array =>
  Uint8Array.from(indices, (index) => images.labels[index]!);

/** Allocates memory for `count` images. */
export const emptyImages = (count: number): ImageSet => ({
  pixels: new Uint8Array(new SharedArrayBuffer(count * imageBytes)),
  labels: new Uint8Array(count),
  count,
});

/**
 * Creates a data set whose test set identity is the hash of the images, for images that do not come from known files.
 * @param testName display name of the test set
 */
export function datasetOf(
  { name, classes, train, test }: Pick<Dataset, 'name' | 'classes' | 'train'> & { test: ImageSet },
  testName: string,
): Dataset {
  const testHash = hashOf(test);
  return {
    name,
    classes,
    train,
    test: { ...test, identity: { hash: testHash, name: testName, images: test.count } },
    hash: createHash('sha256').update(hashOf(train)).update(testHash).digest('hex'),
  };
}

const hashOf = ({ pixels, labels }: ImageSet): string =>
  createHash('sha256').update(labels).update(pixels).digest('hex');

/** Called with the number of images read so far and the total; may throw to stop. */
export type OnRead = (done: number, total: number) => Promise<void>;
