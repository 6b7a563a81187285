import { expect, it } from 'vitest';
import { interpret } from '@/server/model/graph/interpret.test-helper.ts';
import { input } from '@/server/model/graph/operations.ts';
import { Random } from '@/server/model/random.ts';
import { preprocess } from './frozen.ts';

/** Reference: bilinear interpolation with half-pixel centres and clamped edges, one pixel at a time in double precision. */
function resized(image: Float32Array, size: number, y: number, x: number): number {
  const place = (out: number) => Math.min(31, Math.max(0, ((out + 0.5) * 32) / size - 0.5));
  const [row, column] = [place(y), place(x)];
  const at = (r: number, c: number) => image[Math.min(31, r) * 32 + Math.min(31, c)]!;
  const [top, left] = [Math.floor(row), Math.floor(column)];
  const across = (r: number) => at(r, left) * (1 - (column - left)) + at(r, left + 1) * (column - left);
  return across(top) * (1 - (row - top)) + across(top + 1) * (row - top);
}

it.each([96, 128, 160, 192, 224])('resizes images to %i px like Keras’ Resizing and scales them to −1 … 1', (size) => {
  const random = new Random(5, 'pixels', size);
  const pixels = Float32Array.from({ length: 2 * 3 * 32 * 32 }, () => random.next());
  const { out } = interpret({ out: preprocess(input('pixels', [2, 3, 32, 32]), size) }, { pixels });
  expect(out).toHaveLength(2 * 3 * size * size);
  const places = [0, 1, Math.floor(size / 3), size - 2, size - 1];
  for (const plane of [0, 5]) {
    const image = pixels.subarray(plane * 1024, (plane + 1) * 1024);
    for (const y of places) {
      for (const x of places) {
        expect(out![(plane * size + y) * size + x]).toBeCloseTo(2 * resized(image, size, y, x) - 1, 6);
      }
    }
  }
});
