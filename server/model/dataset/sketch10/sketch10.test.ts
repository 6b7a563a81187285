import { expect, it } from 'vitest';
import { renderSketch10 } from './sketch10.ts';

const imageBytes = 3 * 32 * 32;

it('renders images that depend only on seed, split and index', () => {
  const whole = renderSketch10({ split: 'train', count: 40 });
  const part = renderSketch10({ split: 'train', start: 30, count: 10 });
  expect(part.labels).toEqual(whole.labels.slice(30));
  expect(part.pixels).toEqual(whole.pixels.slice(30 * imageBytes));
  expect(renderSketch10({ split: 'test', count: 40 }).pixels).not.toEqual(whole.pixels);
  expect(renderSketch10({ split: 'train', count: 40, seed: 11 }).pixels).not.toEqual(whole.pixels);
});

it('has equally many images per class, none empty or duplicated', () => {
  const { pixels, labels } = renderSketch10({ split: 'test', count: 200 });
  const counts = new Uint32Array(10);
  for (const label of labels) counts[label]!++;
  expect([...counts]).toEqual(Array.from({ length: 10 }, () => 20));
  const seen = new Set<string>();
  for (let image = 0; image < 200; image++) {
    const bytes = pixels.subarray(image * imageBytes, (image + 1) * imageBytes);
    seen.add(Buffer.from(bytes).toString('base64'));
    expect(Math.max(...bytes) - Math.min(...bytes)).toBeGreaterThan(30);
  }
  expect(seen.size).toBe(200);
});
