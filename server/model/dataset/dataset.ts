import { createHash } from 'node:crypto';
import type { TestIdentity } from '@/lib/run/metrics.ts';

/** Images as CIFAR-10's binary files hold them: three planes of bytes each. */
export interface ImageSet {
  /** [count, 3, 32, 32], shared with the worker that prepares batches. */
  pixels: Uint8Array<SharedArrayBuffer>;
  /** [count], each below the number of classes. */
  labels: Uint8Array;
  count: number;
}

export interface Dataset {
  /** As a config names it. */
  name: string;
  classes: readonly string[];
  /** What is split into training and validation images. */
  train: ImageSet;
  test: ImageSet & { identity: TestIdentity };
  /** SHA-256 of every image and label. */
  hash: string;
}

/** Bytes of one image. */
export const imageBytes = 3 * 32 * 32;
/** Of one image and its label, as CIFAR-10's binary files have them. */
export const recordBytes = 1 + imageBytes;

/** The labels of some images. */
export const labelsOf = (images: ImageSet, indices: Uint32Array): Uint8Array =>
  Uint8Array.from(indices, (index) => images.labels[index]!);

/** Room for so many images. */
export const emptyImages = (count: number): ImageSet => ({
  pixels: new Uint8Array(new SharedArrayBuffer(count * imageBytes)),
  labels: new Uint8Array(count),
  count,
});

/**
 * A data set of images that come from no known files: what tells its test from others is the hash of the images themselves.
 * @param testName what people call its test images
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

/** Called with the number of images read so far, and of all; may throw to stop. */
export type OnRead = (done: number, total: number) => Promise<void>;
