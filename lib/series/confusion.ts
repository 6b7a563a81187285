import type { ConfusionMatrix } from '@/lib/run/metrics.ts';

/** Divides each row by its sum: the share of a true class's images predicted as each class. Empty rows become zeros. */
export const normalizeRows = (matrix: ConfusionMatrix): number[][] =>
  matrix.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });

/** a − b, cell by cell. Both matrices must have the same classes. */
export const subtractMatrix = (a: ConfusionMatrix, b: ConfusionMatrix): number[][] =>
  a.map((row, truth) => row.map((count, predicted) => count - (b[truth]?.[predicted] ?? 0)));

/**
 * A cell's colour intensity, within 0…1, from its share of the row. Mistakes are small shares; the square root spreads
 * them so that differences of a few per cent are visible.
 */
export function heatOf(share: number): number {
  const heat = Math.sqrt(Math.min(1, Math.max(0, share)));
  if (heat <= darkestForInk || heat >= lightestForWhite) return heat;
  return heat < (darkestForInk + lightestForWhite) / 2 ? darkestForInk : lightestForWhite;
}

/** Neither dark nor white text is legible between these intensities (WCAG AA), so no cell uses them. */
const darkestForInk = 0.68;
export const lightestForWhite = 0.84;
