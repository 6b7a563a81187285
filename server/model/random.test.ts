import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

const draws = 40_000;
const sample = (draw: () => number): number[] => Array.from({ length: draws }, draw);

function moments(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance };
}

describe('a stream', () => {
  const first = (random: Random) => Array.from({ length: 8 }, () => random.next());

  it('is the same for the same seed and path', () => {
    expect(first(new Random(42, 'dropout', 2, 7))).toEqual(first(new Random(42, 'dropout', 2, 7)));
  });

  it('differs for every other path and seed', () => {
    const paths = [['a', 1], ['a', 2], ['b', 1], ['a', 1, 0], ['a', 11], []];
    const streams = [...paths.map((path) => new Random(42, ...path)), new Random(43, 'a', 1)].map(first);
    expect(new Set(streams.map(String)).size).toBe(7);
  });

  it('does not occur twice among the batches of a long run', () => {
    const starts = new Set<string>();
    for (let epoch = 1; epoch <= 100; epoch++) {
      for (let batch = 0; batch < 703; batch++) {
        const random = new Random(42, 'augment', epoch, batch);
        starts.add(`${random.next()} ${random.next()}`);
      }
    }
    expect(starts.size).toBe(70_300);
  });

  it('is not correlated with the stream of the next batch', () => {
    const starts = Array.from({ length: draws }, (_, batch) => new Random(1, 'batch', batch).next());
    const { mean, variance } = moments(starts);
    expect(mean).toBeCloseTo(1 / 2, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    const { mean: product } = moments(starts.slice(1).map((value, i) => (value - 0.5) * (starts[i]! - 0.5)));
    expect(Math.abs(product)).toBeLessThan(0.002); // standard error 1/12/√40000 = 0.0004
  });
});

describe('distributions', () => {
  it('uniform: within its bounds, with the expected mean and variance', () => {
    const random = new Random(1, 'uniform');
    const values = sample(() => random.uniform(-2, 4));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-2);
    expect(Math.max(...values)).toBeLessThan(4);
    const { mean, variance } = moments(values);
    expect(mean).toBeCloseTo(1, 1);
    expect(variance).toBeCloseTo(3, 1);
  });

  it('integer: every number below n, about equally often', () => {
    const random = new Random(1, 'integer');
    const counts = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const value = random.integer(5);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual([0, 1, 2, 3, 4]);
    for (const count of counts.values()) expect(Math.abs(count - draws / 5)).toBeLessThan(500); // 6 standard errors
  });

  it('normal: mean 0, variance 1, 5 % beyond 1.96', () => {
    const random = new Random(1, 'normal');
    const values = sample(() => random.normal());
    const { mean, variance } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const beyond = values.filter((value) => Math.abs(value) > 1.96).length / draws;
    expect(beyond).toBeGreaterThan(0.045);
    expect(beyond).toBeLessThan(0.055);
  });

  it.each([0.2, 1, 4.5])('gamma(%d): mean and variance are the shape', (shape) => {
    const random = new Random(1, 'gamma', shape);
    const { mean, variance } = moments(sample(() => random.gamma(shape)));
    expect(mean / shape).toBeCloseTo(1, 1);
    expect(Math.abs(variance / shape - 1)).toBeLessThan(0.1);
  });

  it.each([
    [0.2, 0.2],
    [0.01, 0.01],
    [2, 3],
    [0.4, 1.6],
  ])('beta(%d, %d): within 0…1, with the expected mean and variance', (a, b) => {
    const random = new Random(1, 'beta', a, b);
    const values = sample(() => random.beta(a, b));
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - a / (a + b))).toBeLessThan(0.015);
    expect(Math.abs(variance - (a * b) / ((a + b) ** 2 * (a + b + 1)))).toBeLessThan(0.01);
  });
});

describe('permutation', () => {
  it('contains each number once, at every position about equally often', () => {
    const random = new Random(1, 'permutation');
    const counts = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    for (let i = 0; i < 12_000; i++) {
      const order = random.permutation(4);
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      for (const [position, value] of order.entries()) counts[value]![position]! += 1;
    }
    for (const count of counts.flat()) expect(Math.abs(count - 3000)).toBeLessThan(285); // 6 standard errors
  });

  it('is empty for n = 0', () => {
    expect(new Random(1).permutation(0)).toHaveLength(0);
  });
});
