import { asText } from './as-text.ts';
import { chartLayout, type Figure, type LineTrace, type Note, type Rule, type Token } from './figure.ts';

/** One upright axis: what it says and each run's place on it, in the order of the runs. */
export interface ParallelAxis {
  name: string;
  /** Null where a run has none. Numbers lie by their size, anything else by the order it first comes in. */
  values: (number | string | null)[];
  /** As people read it. */
  inWords: (value: number | string) => string;
}

interface ParallelRun {
  name: string;
  colour: Token;
}

/**
 * Parallel coordinates (Inselberg, 1985): each run is a line that crosses every axis at its own value, so that what goes
 * with a good result shows. Rates and other positive numbers that span a factor of 20 lie logarithmically.
 */
export function prepareParallel(runs: readonly ParallelRun[], axes: readonly ParallelAxis[]): Figure {
  const scales = axes.map(scaleOf);
  const traces = runs.map(({ name, colour }, run): LineTrace => {
    const x = axes.map((_, index) => index);
    const values = axes.map((axis) => axis.values[run] ?? null);
    return {
      type: 'scatter',
      mode: 'lines+markers',
      name: asText(name),
      x,
      connectgaps: true,
      y: values.map((value, index) => (value === null ? null : scales[index]!.place(value))),
      text: values.map((value, index) => {
        const { name: axis, inWords } = axes[index]!;
        return asText(`${axis}: ${value === null ? '–' : inWords(value)}`);
      }),
      line: { color: colour, width: 2, dash: 'solid' },
      marker: { color: colour, size: 6 },
      hovertemplate: `${asText(name)}<br>%{text}<extra></extra>`,
    };
  });
  const layout = chartLayout({ x: '', y: '', xRange: [0, Math.max(0, axes.length - 1)] });
  return {
    traces,
    layout: {
      ...layout,
      hovermode: 'closest',
      margin: { l: 24, r: 56, t: 12, b: 44 },
      xaxis: {
        range: [-0.15, axes.length - 0.6],
        showgrid: false,
        zeroline: false,
        fixedrange: true,
        tickvals: axes.map((_, index) => index),
        ticktext: axes.map(({ name }) => inLines(name)),
        tickangle: 0,
      },
      yaxis: { visible: false, range: [-0.12, 1.12], fixedrange: true },
      shapes: axes.map((_, index) => uprightAt(index)),
      annotations: scales.flatMap(({ marks }, index) => marks.map(([at, text]) => noteAt(index, at, text))),
    },
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
const inLines = (name: string): string => asText(name).replace(/, | (?=\S+$)/, '<br>');

const uprightAt = (x: number): Rule => ({
  type: 'line',
  xref: 'x',
  yref: 'paper',
  x0: x,
  x1: x,
  y0: 0,
  y1: 1,
  line: { color: 'var(--line-strong)', width: 1, dash: 'solid' },
});

/** Above what lies highest and below what lies lowest, where no line passes; else beside the axis. */
function noteAt(x: number, y: number, text: string): Note {
  const where =
    y === 1
      ? ({ text: asText(text), xanchor: 'center', yanchor: 'bottom', yshift: 4 } as const)
      : y === 0
        ? ({ text: asText(text), xanchor: 'center', yanchor: 'top', yshift: -4 } as const)
        : ({ text: ` ${asText(text)}`, xanchor: 'left', yanchor: 'bottom' } as const);
  return { x, y, xref: 'x', yref: 'y', showarrow: false, ...where, font: { size: 10, color: 'var(--soft)' } };
}
