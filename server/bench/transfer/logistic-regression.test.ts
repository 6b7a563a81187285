import { expect, it } from 'vitest';
import { emptyImages, imageBytes } from '@/server/model/dataset/dataset.ts';
import { Random } from '@/server/model/random.ts';
import { predictFromPixels } from './logistic-regression.ts';

/** Noise images in which a hundred pixels depend on the class. */
function createImages(count: number) {
  const images = emptyImages(count);
  const random = new Random(1, 'images', count);
  for (let image = 0; image < count; image++) {
    const label = image % 2;
    images.labels[image] = label;
    for (let i = 0; i < imageBytes; i++) images.pixels[image * imageBytes + i] = random.integer(256);
    images.pixels.fill(label ? 200 : 50, image * imageBytes + 1000, image * imageBytes + 1100);
  }
  return images;
}

it('learns the pixels that depend on the class', () => {
  const [train, test] = [createImages(300), createImages(100)];
  const all = Uint32Array.from({ length: 300 }, (_, i) => i);
  const split = { train: all.subarray(0, 250), val: all.subarray(250), test: all.subarray(0, 100) };
  const predicted = predictFromPixels({ train, test, classes: 2 }, split, 7);
  const correct = predicted.reduce((count, label, image) => count + Number(label === test.labels[image]), 0);
  expect(correct).toBeGreaterThan(95);
});
