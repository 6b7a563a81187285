import { describe, expect, it } from 'vitest';
import { NotFiniteError } from '@/server/training/not-finite-error.ts';
import { createOptimizer } from './optimizer.ts';

const one = (values: number[]) => new Map([['tensor', Float32Array.from(values)]]);

/** The values after each step, with a learning rate and weight decay of 0.1, large enough to be visible in float32. */
function train(kind: Parameters<typeof createOptimizer>[0], start: number[], gradients: number[][]): number[][] {
  const optimizer = createOptimizer(kind, { weightDecay: 0.1 });
  const parameters = one(start);
  return gradients.map((gradient) => {
    optimizer.step(parameters, one(gradient), 0.1);
    return [...parameters.get('tensor')!];
  });
}

/** Compares to five decimals, because values are float32 and Keras also computes its powers of β in float32. */
function expectSteps(actual: number[][], expected: number[][]): void {
  expect(actual.length).toBe(expected.length);
  for (const [step, values] of expected.entries()) {
    for (const [i, value] of values.entries()) expect(actual[step]![i], `step ${step + 1}, ${i}`).toBeCloseTo(value, 5);
  }
}

const start = [1, -2, 0.5];
const gradients = [
  [0.5, -1, 0],
  [-0.25, 2, 1e-6],
  [0.1, 0.1, 0.1],
];

describe('adam', () => {
  it('first moves by the learning rate against the sign, then by mean over root mean square', () => {
    // First: m = 0.1·g, s = 0.001·g², and with their corrections m/√s is the sign of g.
    // Second, first value: m = 0.9·0.05 − 0.1·0.25 = 0.02; s = 0.999·0.00025 + 0.001·0.0625 = 0.00031225;
    // corrected by √(1 − 0.999²)/(1 − 0.9²): 0.9 − 0.1·(√0.001999/0.19)·(0.02/√0.00031225) = 0.873366.
    const steps = train('adam', start, gradients);
    expectSteps(steps.slice(0, 2), [
      [0.9, -1.9, 0.5],
      [0.873366, -1.936612, 0.482122],
    ]);
  });

  it('agrees with Keras 3.15 over three steps', () => {
    expectSteps(train('adam', start, gradients), [
      [0.900001, -1.900001, 0.5],
      [0.873368, -1.936611, 0.482122],
      [0.841844, -1.967738, 0.418242],
    ]);
  });

  it('adds ε to the root of the uncorrected mean square', () => {
    // g = 1e-6: m = 1e-7, √s = √0.001·1e-6 = 3.1623e-8, rate 0.1·√0.001/0.1 = 0.031623:
    // 0.031623·1e-7/(3.1623e-8 + 1e-7) = 0.024025. ε within the correction would give 0.1·1e-6/1.1e-6 = 0.0909.
    expectSteps(train('adam', [0], [[1e-6]]), [[-0.024025]]);
  });
});

describe('adamw', () => {
  it('first shrinks every value by rate · decay, even if the gradient is 0', () => {
    // 1·0.99 − 0.1 = 0.89; −2·0.99 + 0.1 = −1.88; 0.5·0.99 = 0.495. Then 0.89·0.99 − 0.026634 = 0.854466.
    const steps = train('adamw', start, gradients);
    expectSteps(steps.slice(0, 2), [
      [0.89, -1.88, 0.495],
      [0.854466, -1.897812, 0.472172],
    ]);
  });

  it('agrees with Keras 3.15 over three steps', () => {
    expectSteps(train('adamw', start, gradients), [
      [0.890001, -1.880001, 0.495],
      [0.854468, -1.897811, 0.472172],
      [0.814399, -1.90996, 0.403571],
    ]);
  });

  it('equals adam without decay', () => {
    const [a, b] = [one(start), one(start)];
    createOptimizer('adamw', { weightDecay: 0 }).step(a, one(gradients[0]!), 0.1);
    createOptimizer('adam', { weightDecay: 0.1 }).step(b, one(gradients[0]!), 0.1);
    expect(a).toEqual(b);
  });
});

describe('sgd', () => {
  it('looks ahead along its velocity (Nesterov, momentum 0.9), without weight decay', () => {
    // m = −0.05: 1 − 0.045 − 0.05 = 0.905. m = −0.045 + 0.025 = −0.02: 0.905 − 0.018 + 0.025 = 0.912.
    // m = −0.018 − 0.01 = −0.028: 0.912 − 0.0252 − 0.01 = 0.8768. Keras 3.15 yields the same.
    expectSteps(train('sgd', start, gradients), [
      [0.905, -1.81, 0.5],
      [0.912, -2.109, 0.5],
      [0.8768, -2.2171, 0.481],
    ]);
  });
});

describe.each(['adamw', 'adam', 'sgd'] as const)('%s', (kind) => {
  it('has separate state for each tensor, and updates only tensors with a gradient', () => {
    const optimizer = createOptimizer(kind, { weightDecay: 0.1 });
    const parameters = new Map(['a', 'b', 'frozen'].map((name) => [name, Float32Array.of(1, 1)]));
    for (const gradient of [0.5, -0.25]) {
      const both = new Map(['a', 'b'].map((name) => [name, Float32Array.of(gradient, 2 * gradient)]));
      optimizer.step(parameters, both, 0.1);
    }
    expect(parameters.get('a')).toEqual(parameters.get('b'));
    expect(parameters.get('a')![0]).not.toBe(1);
    expect([...parameters.get('frozen')!]).toEqual([1, 1]);
  });

  it.each([
    ['a gradient is NaN', [0, 0, 0], [0, Number.NaN, 0]],
    ['gradients are infinite', [0, 0, 0], [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0]],
    ['a value is NaN', [0, 0, Number.NaN], [0, 0, 0]],
    ['a value overflows float32', [3.4e38, 0, 0], [-3.4e38, 0, 0]],
  ])('names the tensor if %s', (_, values, gradient) => {
    const optimizer = createOptimizer(kind, { weightDecay: 0 });
    const parameters = new Map([
      ['finite', Float32Array.of(1)],
      ['logits/kernel', Float32Array.from(values)],
    ]);
    const step = () => {
      const both = new Map([
        ['finite', Float32Array.of(0)],
        ['logits/kernel', Float32Array.from(gradient)],
      ]);
      optimizer.step(parameters, both, 1e38);
    };
    expect(step).toThrow(NotFiniteError);
    expect(step).toThrow(/logits\/kernel .* lower learning rate/);
  });

  it('rejects a gradient without a parameter', () => {
    const optimizer = createOptimizer(kind, { weightDecay: 0 });
    expect(() => optimizer.step(one([1]), new Map([['other', Float32Array.of(1)]]), 0.1)).toThrow(/other/);
  });
});
