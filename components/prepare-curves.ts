import type { EpochMetrics } from '@/lib/metrics.ts';
import type { RunEventOf } from '@/lib/run-events.ts';
import type { Figure } from './plot.tsx';

type Epoch = RunEventOf<'epoch'>;

/** What is drawn over the epochs. */
export interface Quantity {
  /** Key of the training curve, dashed; null where there is none. */
  train: keyof EpochMetrics | null;
  /** Key of the validation curve, solid. */
  validation: keyof EpochMetrics;
  title: string;
  /** Shares are shown as percent. */
  percent: boolean;
  log: boolean;
}

export const accuracyCurve: Quantity = {
  ...{ train: 'accuracy', validation: 'val_accuracy', title: 'accuracy, %' },
  ...{ percent: true, log: false },
};
export const lossCurve: Quantity = { train: 'loss', validation: 'val_loss', title: 'loss', percent: false, log: false };
export const learningRateCurve: Quantity = {
  ...{ train: null, validation: 'learning_rate', title: 'learning rate' },
  ...{ percent: false, log: true },
};

/** Both stages on one axis: stage 2 goes on after the last epoch of stage 1. */
export function onOneAxis(epochs: readonly Epoch[]): { x: number; epoch: Epoch }[] {
  const first = epochs.filter(({ stage }) => stage === 1).length;
  return epochs.map((epoch) => ({ x: epoch.stage === 1 ? epoch.epoch : first + epoch.epoch, epoch }));
}

/** Where stage 1 ends on that axis; null while there is no stage 2. */
function boundary(epochs: readonly Epoch[]): number | null {
  const first = epochs.filter(({ stage }) => stage === 1).length;
  return first > 0 && first < epochs.length ? first + 0.5 : null;
}

const wholeNumbers = { tickformat: 'd', dtick: null, title: { text: 'epoch' } };

function layoutOf(quantity: Quantity, rule: number | null) {
  const line = { type: 'line', x0: rule, x1: rule, y0: 0, y1: 1, yref: 'paper' };
  return {
    margin: { t: 8, r: 12, b: 36, l: 48 },
    hovermode: 'x unified',
    showlegend: true,
    legend: { orientation: 'h', y: 1.02, yanchor: 'bottom', x: 0 },
    xaxis: { ...wholeNumbers, rangemode: 'tozero', showgrid: false },
    yaxis: {
      title: { text: quantity.title },
      nticks: 5,
      ...(quantity.log && { type: 'log', exponentformat: 'e', dtick: 1 }),
    },
    shapes: rule === null ? [] : [{ ...line, line: { color: '#8c8c8c', width: 1, dash: 'dot' } }],
    annotations:
      rule === null
        ? []
        : [{ x: rule, y: 1, yref: 'paper', text: 'stage 2', showarrow: false, xanchor: 'left', yanchor: 'top' }],
  };
}

/** One run's curve of a quantity: train dashed, validation solid, a quiet rule between the stages. */
export function prepareCurves(epochs: readonly Epoch[], quantity: Quantity, colour: string): Figure {
  const points = onOneAxis(epochs);
  const scale = quantity.percent ? 100 : 1;
  const trace = (key: keyof EpochMetrics, name: string, dash: string) => ({
    ...{ type: 'scatter', mode: points.length > 60 ? 'lines' : 'lines+markers', name },
    x: points.map(({ x }) => x),
    y: points.map(({ epoch }) => scaled(epoch.metrics[key], scale)),
    line: { color: colour, width: 2, dash },
    marker: { size: 5, color: colour },
    hovertemplate: quantity.percent ? '%{y:.2f} %' : '%{y:.4~g}',
  });
  const traces = [trace(quantity.validation, quantity.train ? 'validation' : quantity.title, 'solid')];
  if (quantity.train)
    traces.unshift({ ...trace(quantity.train, 'train', 'dash'), opacity: 0.75 } as (typeof traces)[number]);
  const layout = layoutOf(quantity, boundary(epochs));
  return { traces, layout: { ...layout, showlegend: quantity.train !== null } };
}

const scaled = (value: number | null, scale: number): number | null => (value === null ? null : value * scale);

export interface NamedRun {
  name: string;
  colour: string;
  epochs: readonly Epoch[];
}

/** Several runs' validation curves over one another. */
export function prepareOverlay(runs: readonly NamedRun[], quantity: Quantity): Figure {
  const scale = quantity.percent ? 100 : 1;
  const traces = runs.map(({ name, colour, epochs }) => {
    const points = onOneAxis(epochs);
    return {
      ...{ type: 'scatter', mode: 'lines+markers', name },
      x: points.map(({ x }) => x),
      y: points.map(({ epoch }) => scaled(epoch.metrics[quantity.validation], scale)),
      line: { color: colour, width: 2 },
      marker: { size: 4, color: colour },
      hovertemplate: quantity.percent ? '%{y:.2f} %' : '%{y:.4~g}',
    };
  });
  const layout = { ...layoutOf(quantity, null), legend: { orientation: 'h', y: -0.2, yanchor: 'top', x: 0 } };
  return { traces, layout: { ...layout, margin: { t: 8, r: 12, b: 60, l: 48 } } };
}
