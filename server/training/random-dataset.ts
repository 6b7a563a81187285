import { randomBytes } from 'node:crypto';
import { cifar10Classes } from '../../lib/classes.ts';
import { featureCount } from '../../lib/mobilenet-v2.ts';
import { type Dataset, imageBytes } from './dataset/dataset.ts';
import type { Split } from './dataset/split.ts';
import type { SplitFeatures } from './experiment.ts';

/** Images of nothing, for measuring how long something takes; a tenth of them for validation, none for testing. */
export function randomDataset(count: number): { dataset: Dataset; split: Split } {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  pixels.set(randomBytes(pixels.length));
  const images = { pixels, labels: randomBytes(count).map((byte) => byte % cifar10Classes.length), count };
  const name = 'random';
  const train = Uint32Array.from({ length: count }, (_, index) => index);
  const identity = { hash: name, name, images: count };
  return {
    dataset: { name, classes: cifar10Classes, train: images, test: { ...images, identity }, hash: name },
    split: { train, val: train.subarray(0, Math.ceil(count / 9)), test: train.subarray(0, 0) },
  };
}

/** Features of nothing, within 0…1. */
export function randomFeatures(split: Split): SplitFeatures {
  const rows = (images: Uint32Array) =>
    Float32Array.from(randomBytes(images.length * featureCount), (byte) => byte / 255);
  return { train: rows(split.train), val: rows(split.val), test: rows(split.test) };
}
