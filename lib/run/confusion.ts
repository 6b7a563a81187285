import type { ConfusionMatrix } from './metrics.ts';

/** The accuracy: the share of test images on the diagonal, within 0…1; 0 for an empty matrix. */
export function diagonalShare(matrix: ConfusionMatrix): number {
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0) / total;
}

/** Scores of one class, each within 0…1; null if the denominator is 0. */
export interface ClassScores {
  /** The share of the images predicted as this class that belong to it. */
  precision: number | null;
  /** The share of this class's images that were predicted as it. */
  recall: number | null;
  /** The harmonic mean of precision and recall (van Rijsbergen, 1979). */
  f1: number | null;
  /** Test images of this class. */
  images: number;
}

/** @returns one entry per class, in the matrix's order */
export const scoreClasses = (matrix: ConfusionMatrix): ClassScores[] =>
  matrix.map((row, label) => {
    const correct = row[label] ?? 0;
    const images = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, counts) => sum + (counts[label] ?? 0), 0);
    const share = (total: number) => (total === 0 ? null : correct / total);
    return { precision: share(predicted), recall: share(images), f1: share((images + predicted) / 2), images };
  });
