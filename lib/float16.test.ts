import { describe, expect, it } from 'vitest';
import { fromFloat16, toFloat16, toFloat16Array } from './float16.ts';

describe('float16', () => {
  it('converts known examples', () => {
    const examples: [number, number][] = [
      [0, 0x0000],
      [-0, 0x8000],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [1 / 3, 0x3555],
      [2 ** -14, 0x0400],
      [2 ** -24, 0x0001],
      [Number.POSITIVE_INFINITY, 0x7c00],
      [Number.NEGATIVE_INFINITY, 0xfc00],
    ];
    for (const [value, bits] of examples) expect([value, toFloat16(value)]).toEqual([value, bits]);
    expect(fromFloat16(toFloat16(Number.NaN))).toBeNaN();
  });

  it('returns every float16 unchanged', () => {
    const wrong = Array.from({ length: 0x10000 }, (_, bits) => bits).filter(
      (bits) => !Number.isNaN(fromFloat16(bits)) && toFloat16(fromFloat16(bits)) !== bits,
    );
    expect(wrong).toEqual([]);
  });

  it('rounds to nearest, ties to even, between all neighbours', () => {
    const wrong: number[] = [];
    for (let low = 0; low < 0x7bff; low++) {
      const [a, b] = [fromFloat16(low), fromFloat16(low + 1)];
      const middle = (a + b) / 2;
      const even = low % 2 === 0 ? low : low + 1;
      const rounded = [toFloat16(middle), toFloat16(middle - (b - a) / 8), toFloat16(middle + (b - a) / 8)];
      if (rounded.join() !== [even, low, low + 1].join()) wrong.push(low);
    }
    expect(wrong).toEqual([]);
    expect(toFloat16(65519.99)).toBe(0x7bff);
    expect(toFloat16(65520)).toBe(0x7c00);
    // Rounding to float32 first would produce a tie, which rounds down to even.
    expect(toFloat16(1 + 2 ** -11 + 2 ** -40)).toBe(0x3c01);
  });

  it('converts arrays to the same bits', () => {
    const numbers = Float32Array.from({ length: 0x10000 }, (_, bits) => fromFloat16(bits));
    // Every float16 except NaN, the float32 numbers next to it, and the midpoint to the next float16.
    const near = [...numbers]
      .filter((value) => !Number.isNaN(value))
      .flatMap((value, at) => [value, value * (1 + 2 ** -23), value * (1 - 2 ** -23), (value + numbers[at + 1]!) / 2]);
    const values = Float32Array.from([...near, 65519.99, 65520, 1e30, -1e30, 1e-30, Number.NaN]);
    expect(toFloat16Array(values)).toEqual(Uint16Array.from(values, toFloat16));
  });
});
