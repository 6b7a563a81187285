import type { RunEventOf } from '@/lib/run-events.ts';
import { asText } from './as-text.ts';
import { chartLayout, type Figure, type LineTrace, type Token } from './figure.ts';
import { placeOnAxis } from './prepare-curves.ts';

export interface OverlaidRun {
  name: string;
  colour: Token;
  epochs: readonly RunEventOf<'epoch'>[];
}

/** Validation accuracy of several runs by epoch, in percent; a larger mark stands where a run's fine-tuning begins. */
export function prepareOverlay(runs: readonly OverlaidRun[]): Figure {
  const longest = Math.max(1, ...runs.map((run) => run.epochs.length));
  const traces = runs.map(({ name, colour, epochs }): LineTrace => {
    const turn = epochs.findIndex((epoch) => epoch.stage === 2);
    return {
      ...{ type: 'scatter', mode: 'lines+markers', name: asText(name), connectgaps: false },
      x: epochs.map(placeOnAxis(epochs)),
      y: epochs.map(({ metrics }) => (metrics.val_accuracy === null ? null : metrics.val_accuracy * 100)),
      line: { color: colour, width: 2, dash: 'solid' },
      marker: {
        ...{ color: colour, size: epochs.map((_, index) => (index === turn ? 9 : 4)), symbol: 'diamond' },
        line: { color: colour, width: 0 },
      },
      hovertemplate: '%{y:.2f} %',
    };
  });
  const names = runs.map((run) => run.name).join(', ');
  return {
    traces,
    layout: { ...chartLayout({ x: 'epoch', y: 'validation accuracy, %', xRange: [1, longest] }), margin: topless },
    description: runs.length === 0 ? 'No run to draw yet.' : `Validation accuracy by epoch of ${names}.`,
  };
}

/** No legend above it: the table beside it has the colours. */
const topless = { l: 52, r: 12, t: 12, b: 40 };
