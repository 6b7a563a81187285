import { notInLog } from '@/lib/run/known-settings.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import type { Chart, ColourToken, PointSeries } from './chart.ts';
import { runColour, runColourCount } from './colours.ts';
import { shortName } from './short-name.ts';

/** A run as returned by the server for this chart. */
export interface ScatterPoint extends Pick<RunSummary, 'id' | 'number' | 'name'> {
  seconds: number;
  val: number | null;
  test: number | null;
  /** Null if unknown. */
  n_unfreeze: number | null;
  /** Value of the field used for colouring; null if unknown. */
  by: string | null;
}

export interface ScatterOptions {
  accuracy: 'val' | 'test';
  logarithmic: boolean;
  /** The field whose values are in `by`; null if each run has its own colour. */
  field: string | null;
}

const otherColour: ColourToken = 'var(--faint)';
const accuracyNames = { val: 'validation accuracy', test: 'test accuracy' };

/** Accuracy against time, one point per run. Its size shows the number of unfrozen layers, its colour a chosen field. */
export function prepareScatter(points: readonly ScatterPoint[], options: ScatterOptions): Chart {
  const { accuracy, logarithmic, field } = options;
  const name = accuracyNames[accuracy];
  const shown = points.filter((point) => point[accuracy] !== null);
  const groups = field === null ? [{ name: '', colour: null, points: shown }] : groupByValue(shown);
  return {
    x: {
      title: 'time, s',
      scale: logarithmic ? 'log' : 'linear',
      domain: logarithmic ? 'data' : 'data and zero',
      ticks: 'auto',
    },
    y: { title: `${name}, %`, scale: 'linear', domain: 'data', ticks: 'auto' },
    series: groups.map(
      (group): PointSeries => ({
        kind: 'points',
        name: shortName(group.name),
        style: 'filled',
        points: group.points.map((point) => ({
          x: point.seconds,
          y: point[accuracy]! * 100,
          id: point.id,
          colour: group.colour ?? runColour(point),
          size: sizeOf(point.n_unfreeze),
          heading: shortName(point.name),
          label: labelOf(point, field),
        })),
      }),
    ),
    rules: [],
    notes: [],
    headroom: field === null ? 'none' : 'legend',
    hasLegend: field !== null && shown.length > 0,
    hover: 'nearest',
    view: `${accuracy} ${logarithmic}`,
    description: `${shown.length} ${shown.length === 1 ? 'run' : 'runs'} by time and ${name}.`,
  };
}

/** Diameter in pixels: areas grow with the number of unfrozen layers, from a minimum that keeps 0 (and unknown) visible. */
export const sizeOf = (nUnfreeze: number | null): number => 7 + 15 * Math.sqrt(Math.min(102, nUnfreeze ?? 0) / 102);

function labelOf({ seconds, val, test, n_unfreeze, by }: ScatterPoint, field: string | null): string {
  const percent = (value: number | null) => (value === null ? '–' : `${(value * 100).toFixed(2)} %`);
  return [
    `val ${percent(val)}, test ${percent(test)}`,
    `${seconds.toFixed(0)} s, N ${n_unfreeze === null ? notInLog : `= ${n_unfreeze}`}`,
    ...(field === null || field === 'n_unfreeze' ? [] : [`${field} ${shortName(by ?? notInLog)}`]),
  ].join('\n');
}

interface Group {
  name: string;
  colour: ColourToken;
  points: ScatterPoint[];
}

/** Assigns a colour to each value, in the order of the values. If there are too many, the least frequent share one. */
function groupByValue(points: readonly ScatterPoint[]): Group[] {
  const byValue = new Map<string, ScatterPoint[]>();
  for (const point of points) {
    const value = point.by ?? notInLog;
    byValue.set(value, [...(byValue.get(value) ?? []), point]);
  }
  const frequent = [...byValue].toSorted(([, a], [, b]) => b.length - a.length).slice(0, runColourCount);
  const named = frequent.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
  const groups = named.map(([name, points], index): Group => ({ name, points, colour: `var(--run-${index})` }));
  const others = points.filter(({ by }) => !frequent.some(([value]) => value === (by ?? notInLog)));
  return others.length === 0 ? groups : [...groups, { name: 'others', points: others, colour: otherColour }];
}
