import type { Chart, ColourToken, LineSeries, Note } from './chart.ts';
import { shortName } from './short-name.ts';

/** One upright axis: its name and each run's value on it, in the order of the runs. */
export interface ParallelAxis {
  name: string;
  /** Null where a run has none. Numbers lie by their size, anything else in order of first appearance. */
  values: (number | string | null)[];
  /** As people read it. */
  inWords: (value: number | string) => string;
}

interface ParallelRun {
  name: string;
  colour: ColourToken;
}

/**
 * Parallel coordinates (Inselberg, 1985): each run is a line that crosses every axis at its own value, so that what goes
 * with a good result shows. Rates and other positive numbers that span a factor of 20 lie logarithmically.
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
      y: values.map((value, at) => (value === null ? null : scales[at]!.place(value))),
      crossesGaps: true,
      labels: values.map((value, at) => {
        const { name: axis, inWords } = axes[at]!;
        return `${name}\n${axis}: ${value === null ? '–' : inWords(value)}`;
      }),
      hasNamedLabels: false,
      style: 'solid',
      width: 2,
      marks: { shape: 'circle', size: 6 },
    };
  });
  return {
    x: {
      title: '',
      scale: 'linear',
      domain: [-0.15, axes.length - 0.6],
      ticks: axes.map(({ name }, at) => ({ at, text: inLines(name) })),
    },
    y: { title: '', scale: 'linear', domain: [-0.12, 1.12], ticks: 'none' },
    series,
    rules: axes.map((_, x) => ({ x, style: 'solid', colour: 'var(--line-strong)' })),
    notes: scales.flatMap(({ marks }, x) => marks.map(([y, text]) => noteAt(x, y, text))),
    headroom: 'none',
    hasLegend: false,
    hover: 'nearest',
    view: 'parallel',
    description: `Parallel coordinates of ${runs.map(({ name }) => name).join(', ')} over ${axes.map(({ name }) => name).join(', ')}.`,
  };
}

interface Scale {
  /** Within 0…1. */
  place: (value: number | string) => number;
  /** What stands beside the axis, and where. */
  marks: [number, string][];
}

function scaleOf({ values, inWords }: ParallelAxis): Scale {
  const known = values.filter((value) => value !== null);
  const numbers = known.filter((value) => typeof value === 'number');
  if (numbers.length < known.length || numbers.length === 0) {
    const words = [...new Set(known)];
    const place = (value: number | string) => (words.length < 2 ? 0.5 : words.indexOf(value) / (words.length - 1));
    return { place, marks: words.map((word) => [place(word), inWords(word)]) };
  }
  const [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (low === high) return { place: () => 0.5, marks: [[0.5, inWords(low)]] };
  const bent = low > 0 && high / low >= 20 ? Math.log : (value: number) => value;
  const place = (value: number | string) => (bent(Number(value)) - bent(low)) / (bent(high) - bent(low));
  return {
    place,
    marks: [
      [0, inWords(low)],
      [1, inWords(high)],
    ],
  };
}

/** A long title would run into its neighbour's. */
const inLines = (name: string): string => shortName(name).replace(/, | (?=\S+$)/, '\n');

/** Above what lies highest and below what lies lowest, where no line passes; else beside the axis. */
const noteAt = (x: number, y: number, text: string): Note => ({
  text: shortName(text),
  x,
  y,
  side: y === 1 ? 'above' : y === 0 ? 'below' : 'right',
  colour: 'var(--soft)',
});
