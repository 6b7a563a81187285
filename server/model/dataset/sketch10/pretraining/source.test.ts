import { expect, it } from 'vitest';
import { renderSketch10 } from '@/server/model/dataset/sketch10/sketch10.ts';
import { renderSource, sourceClassCount } from './source.ts';

const imageBytes = 3 * 32 * 32;

it('has at least 40 alternating classes, and images that depend only on seed and index', () => {
  expect(sourceClassCount).toBeGreaterThanOrEqual(40);
  const whole = renderSource({ seed: 1, count: 2 * sourceClassCount });
  expect([...whole.labels.slice(sourceClassCount)]).toEqual(Array.from({ length: sourceClassCount }, (_, i) => i));
  const part = renderSource({ seed: 1, start: 10, count: 3 });
  expect(part.pixels).toEqual(whole.pixels.slice(10 * imageBytes, 13 * imageBytes));
  expect(renderSource({ seed: 2, count: 1 }).pixels).not.toEqual(whole.pixels.slice(0, imageBytes));
});

it('uses other light and placement than sketch10 with the same seed', () => {
  const drawn = renderSource({ seed: 10, count: 10 }).pixels;
  expect(drawn).not.toEqual(renderSketch10({ split: 'train', count: 10 }).pixels);
});
