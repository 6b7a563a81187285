import { describe, expect, it } from 'vitest';
import {
  accuracy,
  argmax,
  confusionMatrix,
  crossEntropy,
  logSoftmax,
  oneHot,
  smoothLabels,
  softmax,
  ttaMean,
} from './scores.ts';

const closeTo = (expected: number[], digits = 12) => expected.map((value) => expect.closeTo(value, digits));

describe('softmax', () => {
  it('returns the probabilities of each row', () => {
    // e^0 : e^ln 2 is 1 : 2; the error of ln 2 in float32 is 2e-9.
    const probabilities = softmax(Float32Array.of(0, Math.log(2), 7, 7), 2);
    expect([...probabilities]).toEqual(closeTo([1 / 3, 2 / 3, 1 / 2, 1 / 2], 7));
  });

  it('does not overflow for large logits', () => {
    expect([...softmax(Float32Array.of(1000, 1000, -1000), 3)]).toEqual(closeTo([0.5, 0.5, 0]));
    expect([...softmax(Float32Array.of(3e38, -3e38), 2)]).toEqual([1, 0]);
  });
});

describe('crossEntropy', () => {
  it('is the mean of −Σ target · log probability over the rows', () => {
    // Equal logits have the log probability −ln 2 for any target; the second row's are −ln 4 and −ln(4/3).
    const logits = Float32Array.of(5, 5, 0, Math.log(3));
    const second = 0.2 * Math.log(4) + 0.8 * Math.log(4 / 3);
    expect(crossEntropy(logits, Float32Array.of(1, 0, 0.2, 0.8), 2)).toBeCloseTo((Math.LN2 + second) / 2, 6);
  });

  it('is large but finite for a collapsed run, whose float32 probabilities would be 0', () => {
    const logits = Float32Array.of(0, 500, 1000);
    expect(Math.fround(softmax(logits, 3)[0]!)).toBe(0);
    expect(crossEntropy(logits, Float32Array.of(1, 0, 0), 3)).toBeCloseTo(1000, 9);
    expect([...logSoftmax(logits, 3)]).toEqual(closeTo([-1000, -500, 0]));
  });

  it('is NaN for non-finite logits', () => {
    expect(crossEntropy(Float32Array.of(Number.NaN, 0), Float32Array.of(0, 1), 2)).toBeNaN();
  });

  it('adds up in double precision', () => {
    // A float32 sum over this many rows would not be accurate to nine digits.
    const rows = 100_000;
    expect(crossEntropy(new Float32Array(2 * rows), oneHot(new Uint8Array(rows), 2), 2)).toBeCloseTo(Math.LN2, 9);
  });
});

describe('targets', () => {
  it('are 1 at the label', () => {
    expect([...oneHot(Uint8Array.of(2, 0), 3)]).toEqual([0, 0, 1, 1, 0, 0]);
  });

  it('are smoothed over all classes, mixed ones as well', () => {
    // 0.95 + 0.05/10 at the label, 0.005 elsewhere.
    const smooth = smoothLabels(oneHot(Uint8Array.of(3), 10), 10, 0.05);
    expect([...smooth]).toEqual(closeTo([...Array(3).fill(0.005), 0.955, ...Array(6).fill(0.005)], 7));
    expect([...smoothLabels(Float32Array.of(0.25, 0.75), 2, 0.2)]).toEqual(closeTo([0.3, 0.7], 7));
    expect([...smoothLabels(Float32Array.of(0.25, 0.75), 2, 0)]).toEqual([0.25, 0.75]);
  });
});

describe('accuracy', () => {
  it('is the share of rows whose largest logit is at the target', () => {
    const logits = Float32Array.of(1, 2, 3, 3, 2, 1, -3, -2, -5, 0, 9, 0);
    expect([...argmax(logits, 3)]).toEqual([2, 0, 1, 1]);
    expect(accuracy(logits, oneHot(Uint8Array.of(2, 0, 1, 0), 3), 3)).toBe(0.75);
  });

  it('uses the larger share of a mixed target', () => {
    expect(accuracy(Float32Array.of(1, 0, 1, 0), Float32Array.of(0.6, 0.4, 0.4, 0.6), 2)).toBe(0.5);
  });

  it('selects the first of equal logits, like Keras', () => {
    expect([...argmax(Float32Array.of(1, 1, 0, 2, 2, 2), 3)]).toEqual([0, 0]);
  });
});

describe('ttaMean', () => {
  it('is the mean of both predictions', () => {
    expect([...ttaMean(Float64Array.of(0.2, 0.8), Float64Array.of(0.6, 0.4))]).toEqual(closeTo([0.4, 0.6]));
  });
});

describe('confusionMatrix', () => {
  it('has true classes as rows and predicted classes as columns', () => {
    const matrix = confusionMatrix(Uint8Array.of(0, 0, 0, 1, 2), Uint8Array.of(0, 1, 1, 1, 0), 3);
    expect(matrix).toEqual([
      [1, 2, 0],
      [0, 1, 0],
      [1, 0, 0],
    ]);
  });
});
