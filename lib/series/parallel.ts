import type { Chart, ColourToken, LineSeries, Note } from './chart.ts';
import { shortName } from './short-name.ts';

/** One vertical axis: its name and each run's value, in the order of the runs. */
export interface ParallelAxis {
  name: string;
  /** Null if a run has none. Numbers are placed by magnitude, other values in order of first appearance. */
  values: (number | string | null)[];
  /** Formats a value for display. */
  format: (value: number | string) => string;
}

interface ParallelRun {
  name: string;
  colour: ColourToken;
}

/**
 * Parallel coordinates (Inselberg, 1985): each run is a line that crosses every axis at its value, which shows the
 * settings that coincide with good results. Positive numbers that span a factor of 20 or more are placed logarithmically.
 */
export function prepareParallel(runs: readonly ParallelRun[], axes: readonly ParallelAxis[]): Chart {
  const scales = axes.map(scaleOf);
  const series = runs.map((run, index): LineSeries => {
    const name = shortName(run.name);
    const values = axes.map((axis) => axis.values[index] ?? null);
    return {
      kind: 'line',
      name,
      colour: run.colour,
      x: axes.map((_, at) => at),
      y: values.map((value, at) => (value === null ? null : scales[at]!.position(value))),
      connectsGaps: true,
      labels: values.map((value, at) => {
        const { name: axis, format } = axes[at]!;
        return `${name}\n${axis}: ${value === null ? '–' : format(value)}`;
      }),
      hasNamedLabels: false,
      style: 'solid',
      width: 2,
      markers: { shape: 'circle', size: 6 },
    };
  });
  return {
    x: {
      title: '',
      scale: 'linear',
      domain: [-0.15, axes.length - 0.6],
      ticks: axes.map(({ name }, at) => ({ at, text: wrapTitle(name) })),
    },
    y: { title: '', scale: 'linear', domain: [-0.12, 1.12], ticks: 'none' },
    series,
    rules: axes.map((_, x) => ({ x, style: 'solid', colour: 'var(--line-strong)' })),
    notes: scales.flatMap(({ labels }, x) => labels.map(([y, text]) => valueNote(x, y, text))),
    headroom: 'none',
    hasLegend: false,
    hover: 'nearest',
    view: 'parallel',
    description: `Parallel coordinates of ${runs.map(({ name }) => name).join(', ')} over ${axes.map(({ name }) => name).join(', ')}.`,
  };
}

interface Scale {
  /** Within 0…1. */
  position: (value: number | string) => number;
  /** Positions and texts next to the axis. */
  labels: [number, string][];
}

function scaleOf({ values, format }: ParallelAxis): Scale {
  const known = values.filter((value) => value !== null);
  const numbers = known.filter((value) => typeof value === 'number');
  if (numbers.length < known.length || numbers.length === 0) {
    const words = [...new Set(known)];
    const position = (value: number | string) => (words.length < 2 ? 0.5 : words.indexOf(value) / (words.length - 1));
    return { position, labels: words.map((word) => [position(word), format(word)]) };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (low === high) return { position: () => 0.5, labels: [[0.5, format(low)]] };
  const transform = low > 0 && high / low >= 20 ? Math.log : (value: number) => value;
  const position = (value: number | string) =>
    (transform(Number(value)) - transform(low)) / (transform(high) - transform(low));
  return {
    position,
    labels: [
      [0, format(low)],
      [1, format(high)],
    ],
  };
}

/** Breaks a long title so that it doesn't overlap its neighbour. */
const wrapTitle = (name: string): string => shortName(name).replace(/, | (?=\S+$)/, '\n');

/** At the ends of the axis above and below it, where no line passes; otherwise to its right. */
const valueNote = (x: number, y: number, text: string): Note => ({
  text: shortName(text),
  x,
  y,
  side: y === 1 ? 'above' : y === 0 ? 'below' : 'right',
  colour: 'var(--soft)',
});
