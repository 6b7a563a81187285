import { describe, expect, it } from 'vitest';
import { diagonalShare } from '@/lib/run/confusion.ts';
import { differenceOf, heatOf, lightestForWhite, shareOfRow } from './confusion.ts';

const matrix = [
  [8, 2],
  [1, 4],
];

describe('the confusion matrix', () => {
  it('has its accuracy on the diagonal', () => {
    expect(diagonalShare(matrix)).toBe(12 / 15);
    expect(diagonalShare([[0]])).toBe(0);
  });

  it('is normalised by row, the true class; a class without images has zeros', () => {
    expect(shareOfRow([...matrix, [0, 0]])).toEqual([
      [0.8, 0.2],
      [0.2, 0.8],
      [0, 0],
    ]);
  });

  it('shows small mistakes', () => {
    expect(heatOf(0)).toBe(0);
    expect(heatOf(0.04)).toBeGreaterThan(0.15);
    expect(heatOf(1)).toBe(1);
  });

  it('has no colour on which no figure is legible', () => {
    for (let share = 0; share <= 1; share += 0.01) {
      const heat = heatOf(share);
      expect(heat <= 0.68 || heat >= lightestForWhite).toBe(true);
    }
  });
});

it('subtracts one matrix from another, cell by cell', () => {
  expect(differenceOf(matrix, [[5, 5], ...matrix.slice(1)])[0]!.slice(0, 2)).toEqual([
    matrix[0]![0]! - 5,
    matrix[0]![1]! - 5,
  ]);
});
