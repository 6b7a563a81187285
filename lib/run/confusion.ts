import type { ConfusionMatrix } from './metrics.ts';

/** The share of test images on the diagonal, within 0…1: the accuracy of that test. */
export function diagonalShare(matrix: ConfusionMatrix): number {
  const total = matrix.flat().reduce((sum, count) => sum + count, 0);
  return total === 0 ? 0 : matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0) / total;
}

/** How well one class is told from the others; each within 0…1, null where nothing is divided by nothing. */
export interface ClassScores {
  /** Of the images taken for this class, the share that are of it. */
  precision: number | null;
  /** Of the images of this class, the share that were taken for it. */
  recall: number | null;
  /** The harmonic mean of both (van Rijsbergen, 1979). */
  f1: number | null;
  /** Test images of this class. */
  images: number;
}

/** @returns one entry a class, in the matrix's order */
export const scoreClasses = (matrix: ConfusionMatrix): ClassScores[] =>
  matrix.map((row, label) => {
    const right = row[label] ?? 0;
    const images = row.reduce((sum, count) => sum + count, 0);
    const predicted = matrix.reduce((sum, each) => sum + (each[label] ?? 0), 0);
    const share = (whole: number) => (whole === 0 ? null : right / whole);
    return { precision: share(predicted), recall: share(images), f1: share((images + predicted) / 2), images };
  });
