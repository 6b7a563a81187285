import { expect, it } from 'vitest';
import { renderSketch10 } from '@/server/model/dataset/sketch10/sketch10.ts';
import { pretrainingClassCount, renderPretrainingImages } from './pretraining-images.ts';

const imageBytes = 3 * 32 * 32;

it('has at least 40 classes, in turns, each image from seed and number alone', () => {
  expect(pretrainingClassCount).toBeGreaterThanOrEqual(40);
  const whole = renderPretrainingImages({ seed: 1, count: 2 * pretrainingClassCount });
  expect([...whole.labels.slice(pretrainingClassCount)]).toEqual(
    Array.from({ length: pretrainingClassCount }, (_, i) => i),
  );
  const part = renderPretrainingImages({ seed: 1, start: 10, count: 3 });
  expect(part.pixels).toEqual(whole.pixels.slice(10 * imageBytes, 13 * imageBytes));
  expect(renderPretrainingImages({ seed: 2, count: 1 }).pixels).not.toEqual(whole.pixels.slice(0, imageBytes));
});

it('is lit and placed otherwise than sketch10 by the same seed', () => {
  const drawn = renderPretrainingImages({ seed: 10, count: 10 }).pixels;
  expect(drawn).not.toEqual(renderSketch10({ split: 'train', count: 10 }).pixels);
});
