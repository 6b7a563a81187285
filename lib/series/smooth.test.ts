import { expect, it } from 'vitest';
import { smooth } from './smooth.ts';

it('keeps constants and gaps', () => {
  smooth([3, null, 3, 3], 0.9).forEach((value, index) => {
    if (index === 1) expect(value).toBeNull();
    else expect(value).toBeCloseTo(3, 12);
  });
});

it('applies the weight, with bias correction', () => {
  // ½·1, then (¼·1 + ½·4) / ¾, then (⅛·1 + ¼·4 + ½·10) / ⅞.
  expect(smooth([1, 4, 10], 0.5)).toEqual([1, 3, 7]);
  expect(smooth([1, 4, 10], 0)).toEqual([1, 4, 10]);
});
