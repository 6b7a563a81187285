import { describe, expect, it } from 'vitest';
import { erfc, independentDifference, mcnemarTest, pairedDifference, wilsonInterval } from './proportions.ts';

const rounded = ({ difference, low, high }: { difference: number; low: number; high: number }, digits: number) =>
  [difference, low, high].map((value) => Number(value.toFixed(digits)));

describe('the interval of one proportion', () => {
  it('matches Newcombe, 1998, for Wilson’s method', () => {
    const { low, high } = wilsonInterval(81, 263);
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662']);
  });

  it('has limits of exactly 0 and 1', () => {
    expect(wilsonInterval(0, 20)).toEqual({ low: 0, high: expect.closeTo(0.16113, 5) });
    expect(wilsonInterval(20, 20)).toEqual({ low: expect.closeTo(1 - 0.16113, 5), high: 1 });
  });
});

describe('the difference of two independent proportions', () => {
  it('matches Newcombe, 1998, table II, for 56/70 − 48/80', () => {
    const found = independentDifference({ correct: 56, images: 70 }, { correct: 48, images: 80 });
    expect(rounded(found, 4)).toEqual([0.2, 0.0524, 0.3339]);
  });
});

describe('the difference of two paired proportions', () => {
  it('matches Fagerland, Lydersen & Laake, 2014, for airways before and after treatment', () => {
    // The continuity correction reduces the correlation to zero here.
    const found = pairedDifference({ both: 1, onlyA: 1, onlyB: 7, neither: 12 });
    expect(rounded(found, 3)).toEqual([-0.286, -0.507, -0.026]);
  });

  it('matches an example calculated by hand', () => {
    // 80 and 73 of 100 correct. Wilson: 0.711170…0.866633 and 0.635693…0.807309.
    // φ = (68·15 − 12·5 − 50) / √(80·20·73·27) = 910 / 1775.83 = 0.512434.
    // δ² = 0.088830² − 2·φ·0.088830·0.077309 + 0.077309² = 0.006829, ε² = 0.066633² − 2·φ·0.066633·0.094307 + 0.094307² = 0.006895.
    const found = pairedDifference({ both: 68, onlyA: 12, onlyB: 5, neither: 15 });
    expect(rounded(found, 4)).toEqual([0.07, -0.0126, 0.153]);
  });

  it('is antisymmetric, and includes zero if nothing differs', () => {
    const counts = { both: 700, onlyA: 90, onlyB: 70, neither: 140 };
    const [forward, reverse] = [counts, { ...counts, onlyA: 70, onlyB: 90 }].map(pairedDifference) as [Found, Found];
    expect(reverse.difference).toBe(-forward.difference);
    expect(reverse.low).toBeCloseTo(-forward.high, 12);
    const same = pairedDifference({ both: 10, onlyA: 0, onlyB: 0, neither: 0 });
    expect(same.difference).toBe(0);
    expect([same.low < 0, same.high > 0]).toEqual([true, true]);
  });
  type Found = ReturnType<typeof pairedDifference>;
});

describe('McNemar’s test', () => {
  it('is exact if few images are discordant', () => {
    // 1 of 8: 2 · (1 + 8) / 2⁸.
    expect(mcnemarTest({ onlyA: 1, onlyB: 7 })).toEqual({ method: 'exact', p: 18 / 256 });
    expect(mcnemarTest({ onlyA: 12, onlyB: 12 })).toEqual({ method: 'exact', p: 1 });
    expect(mcnemarTest({ onlyA: 0, onlyB: 0 })).toEqual({ method: 'exact', p: 1 });
  });

  it('uses a corrected chi-square if many are', () => {
    // (|20 − 10| − 1)² / 30 = 2.7; the tail with one degree of freedom is 0.10035.
    expect(mcnemarTest({ onlyA: 10, onlyB: 20 })).toEqual({ method: 'chi-square', p: expect.closeTo(0.1003482465, 9) });
    expect(mcnemarTest({ onlyA: 15, onlyB: 15 })).toEqual({ method: 'chi-square', p: 1 });
    // (200 − 1)² / 1600 = 24.750625.
    expect(mcnemarTest({ onlyA: 900, onlyB: 700 }).p / 6.524763991167887e-7).toBeCloseTo(1, 8);
  });

  it.each([
    [0, 1],
    [0.5, 0.4795001221869535],
    [1, 0.15729920705028513],
    [2.4999, 0.0004071699003334514],
    [2.5, 0.0004069520174449589],
    [5, 1.5374597944280351e-12],
  ])('erfc(%d) is %d', (x, expected) => {
    expect(erfc(x) / expected).toBeCloseTo(1, 9);
  });
});
