import { describe, expect, it } from 'vitest';
import { diagonalShare } from '@/lib/run/confusion.ts';
import { heatOf, lightestForWhite, normalizeRows, subtractMatrix } from './confusion.ts';

const matrix = [
  [8, 2],
  [1, 4],
];

describe('the confusion matrix', () => {
  it('has the accuracy on its diagonal', () => {
    expect(diagonalShare(matrix)).toBe(12 / 15);
    expect(diagonalShare([[0]])).toBe(0);
  });

  it('is normalized by row; a class without images has zeros', () => {
    expect(normalizeRows([...matrix, [0, 0]])).toEqual([
      [0.8, 0.2],
      [0.2, 0.8],
      [0, 0],
    ]);
  });

  it('makes small shares visible', () => {
    expect(heatOf(0)).toBe(0);
    expect(heatOf(0.04)).toBeGreaterThan(0.15);
    expect(heatOf(1)).toBe(1);
  });

  it('never uses an intensity on which text is illegible', () => {
    for (let share = 0; share <= 1; share += 0.01) {
      const heat = heatOf(share);
      expect(heat <= 0.68 || heat >= lightestForWhite).toBe(true);
    }
  });
});

it('subtracts one matrix from another, cell by cell', () => {
  expect(subtractMatrix(matrix, [[5, 5], ...matrix.slice(1)])[0]!.slice(0, 2)).toEqual([
    matrix[0]![0]! - 5,
    matrix[0]![1]! - 5,
  ]);
});
