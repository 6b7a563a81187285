import type { RunSummary } from '@/lib/run/run.ts';
import { asText } from './as-text.ts';
import { runColour, runColourCount } from './colours.ts';
import { chartLayout, type Figure, type LineTrace, type Token } from './figure.ts';

/** A run as the server gives it for this chart. */
export interface ScatterPoint extends Pick<RunSummary, 'id' | 'number' | 'name'> {
  seconds: number;
  val: number | null;
  test: number | null;
  n_unfreeze: number;
  /** What it is coloured by. */
  by: string | null;
}

export interface ScatterOptions {
  accuracy: 'val' | 'test';
  logarithmic: boolean;
  /** The field that `by` is of; null where each run has its own colour. */
  field: string | null;
}

const otherColour: Token = 'var(--faint)';
const accuracyNames = { val: 'validation accuracy, %', test: 'test accuracy, %' };

/** Accuracy against time, a point a run: its size says how many layers were unfrozen, its colour what one chooses. */
export function prepareScatter(
  points: readonly ScatterPoint[],
  { accuracy, logarithmic, field }: ScatterOptions,
): Figure {
  const shown = points.filter((point) => point[accuracy] !== null);
  const groups = field === null ? [{ name: '', colour: null, points: shown }] : groupByValue(shown);
  const traces = groups.map(({ name, colour, points }): LineTrace => {
    const colours = points.map((point) => colour ?? runColour(point));
    return {
      type: 'scatter',
      mode: 'markers',
      name: asText(name),
      connectgaps: false,
      x: points.map(({ seconds }) => seconds),
      y: points.map((point) => point[accuracy]! * 100),
      ids: points.map(({ id }) => id),
      text: points.map((point) => labelOf(point, field)),
      marker: {
        color: colour ?? colours,
        size: points.map(({ n_unfreeze }) => sizeOf(n_unfreeze)),
        opacity: 0.85,
        line: { color: 'var(--panel)', width: 1 },
      },
      hovertemplate: '%{text}<extra></extra>',
    };
  });
  const layout = chartLayout({ x: 'time, s', y: accuracyNames[accuracy], xRange: null });
  return {
    traces,
    layout: {
      ...layout,
      hovermode: 'closest',
      uirevision: `${accuracy} ${logarithmic}`,
      margin: { l: 52, r: 12, t: field === null ? 12 : 40, b: 40 },
      xaxis: { ...(layout.xaxis as object), ...(logarithmic ? { type: 'log', dtick: 1 } : { rangemode: 'tozero' }) },
      showlegend: field !== null && shown.length > 0,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 11 }, itemsizing: 'constant' },
    },
    description: `${shown.length} runs by time and ${accuracyNames[accuracy].replace(', %', '')}.`,
  };
}

/** In pixels: areas grow with the number of layers, and nothing unfrozen is still seen. */
export const sizeOf = (nUnfreeze: number): number => 7 + 15 * Math.sqrt(Math.min(102, nUnfreeze) / 102);

function labelOf({ name, seconds, val, test, n_unfreeze, by }: ScatterPoint, field: string | null): string {
  const percent = (value: number | null) => (value === null ? '–' : `${(value * 100).toFixed(2)} %`);
  return [
    `<b>${asText(name)}</b>`,
    `val ${percent(val)}, test ${percent(test)}`,
    `${seconds.toFixed(0)} s, N = ${n_unfreeze}`,
    ...(field === null || field === 'n_unfreeze' ? [] : [`${field} ${asText(by ?? '–')}`]),
  ].join('<br>');
}

interface Group {
  name: string;
  colour: Token;
  points: ScatterPoint[];
}

/** A colour for each value, in the values' own order; of too many the most frequent ones, and one for all others. */
function groupByValue(points: readonly ScatterPoint[]): Group[] {
  const byValue = new Map<string, ScatterPoint[]>();
  for (const point of points) {
    const value = point.by ?? '–';
    byValue.set(value, [...(byValue.get(value) ?? []), point]);
  }
  const frequent = [...byValue].toSorted(([, a], [, b]) => b.length - a.length).slice(0, runColourCount);
  const named = frequent.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const groups = named.map(([name, points], index): Group => ({ name, points, colour: `var(--run-${index})` }));
  const others = points.filter(({ by }) => !frequent.some(([value]) => value === (by ?? '–')));
  return others.length === 0 ? groups : [...groups, { name: 'others', points: others, colour: otherColour }];
}
