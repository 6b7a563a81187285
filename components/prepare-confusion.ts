import type { ConfusionMatrix } from '@/lib/metrics.ts';
import type { Figure } from './plot.tsx';

/** The share of test images on the diagonal, within 0…1. */
export function diagonalShare(matrix: ConfusionMatrix): number {
  const total = matrix.flat().reduce((sum, value) => sum + value, 0);
  return total === 0 ? 0 : matrix.reduce((sum, row, index) => sum + (row[index] ?? 0), 0) / total;
}

/** Each row as shares of its sum: of the images of a class, how many were taken for which. */
export const shareOfRow = (matrix: ConfusionMatrix): number[][] =>
  matrix.map((row) => {
    const total = row.reduce((sum, value) => sum + value, 0);
    return row.map((value) => (total === 0 ? 0 : value / total));
  });

/** A heat map: rows the true class, columns the predicted one, coloured by the share of the row in either view. */
export function prepareConfusion(
  matrix: ConfusionMatrix,
  classes: readonly string[],
  view: 'counts' | 'shares',
  dark: boolean,
): Figure {
  const shares = shareOfRow(matrix);
  const text =
    view === 'counts'
      ? matrix.map((row) => row.map(String))
      : shares.map((row) => row.map((share) => (share * 100).toFixed(1)));
  const detail = shares.map((row, truth) =>
    row.map(
      (share, predicted) => `${matrix[truth]![predicted]} images, ${(share * 100).toFixed(1)} % of ${classes[truth]}`,
    ),
  );
  const low = dark ? '#191a1c' : '#ffffff';
  const trace = {
    ...{ type: 'heatmap', z: shares, x: [...classes], y: [...classes], text, customdata: detail },
    ...{ texttemplate: '%{text}', hovertemplate: 'true %{y}, predicted %{x}<br>%{customdata}<extra></extra>' },
    // Mistakes are small shares: the scale is stretched at its lower end so that they show.
    colorscale: [
      [0, low],
      [0.05, dark ? '#233450' : '#dbe7fa'],
      [0.2, dark ? '#31548f' : '#9dbdf0'],
      [1, dark ? '#6f9df0' : '#2456c9'],
    ],
    ...{ zmin: 0, zmax: 1, showscale: false, xgap: 1, ygap: 1 },
  };
  return {
    traces: [trace],
    layout: {
      margin: { t: 8, r: 8, b: 70, l: 80 },
      xaxis: { title: { text: 'predicted' }, tickangle: -45, showgrid: false, constrain: 'domain' },
      yaxis: { title: { text: 'true' }, autorange: 'reversed', showgrid: false },
    },
  };
}
