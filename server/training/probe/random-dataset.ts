import { randomBytes } from 'node:crypto';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { toFloat16Array } from '@/lib/float16.ts';
import { type Float16Rows, rowsInMemory } from '@/server/model/activations/float16-rows.ts';
import { type Dataset, imageBytes } from '@/server/model/dataset/dataset.ts';
import type { Split } from '@/server/model/dataset/split.ts';

/** Random images for time measurements; a ninth of them also serve for validation, none for testing. */
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

/** Random features or activations, within 0…1. */
export const randomRows = (count: number, width: number): Float16Rows =>
  rowsInMemory(toFloat16Array(Float32Array.from(randomBytes(count * width), (byte) => byte / 255)), width);
