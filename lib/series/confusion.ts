import type { ConfusionMatrix } from '@/lib/run/metrics.ts';

/** Each row as shares of its sum: of the images of a class, how many were taken for which. */
export const shareOfRow = (matrix: ConfusionMatrix): number[][] =>
  matrix.map((row) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (total === 0 ? 0 : count / total));
  });

/** What one network counts more than another, cell by cell; both of the same classes. */
export const differenceOf = (a: ConfusionMatrix, b: ConfusionMatrix): number[][] =>
  a.map((row, truth) => row.map((count, predicted) => count - (b[truth]?.[predicted] ?? 0)));

/**
 * How strongly a cell is coloured, within 0…1, by its share of the row. Mistakes are small shares: the root spreads them,
 * so that the few per cent that tell one network from another show.
 */
export function heatOf(share: number): number {
  const heat = Math.sqrt(Math.min(1, Math.max(0, share)));
  if (heat <= darkestForInk || heat >= lightestForWhite) return heat;
  return heat < (darkestForInk + lightestForWhite) / 2 ? darkestForInk : lightestForWhite;
}

/** Between these two neither dark nor white figures are legible (WCAG AA), so no cell has such a colour. */
const darkestForInk = 0.68;
export const lightestForWhite = 0.84;
