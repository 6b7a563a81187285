import type { EpochMetrics } from '@/lib/metrics.ts';
import type { RunEventOf } from '@/lib/run-events.ts';
import type { Figure } from './plot.tsx';

type Epoch = RunEventOf<'epoch'>;

/** What is drawn over the epochs. */
export interface Quantity {
  title: string;
  /** Key of the validation curve, solid; or of the only one. */
  main: keyof EpochMetrics;
  /** Key of the training curve, dashed. */
  train?: keyof EpochMetrics;
  unit: 'percent' | 'none' | 'log';
}

export const accuracy: Quantity = { title: 'accuracy, %', main: 'val_accuracy', train: 'accuracy', unit: 'percent' };
export const loss: Quantity = { title: 'loss, nats', main: 'val_loss', train: 'loss', unit: 'none' };
export const learningRate: Quantity = { title: 'learning rate', main: 'learning_rate', unit: 'log' };

/** Past this many points their marks would hide the line. */
const mostMarks = 60;

/** One run's curves: train dashed, validation solid, a quiet rule between the stages. */
export function prepareCurves(epochs: readonly Epoch[], quantity: Quantity, colour: string): Figure {
  const main = traceOf(epochs, quantity, quantity.main, colour);
  const rule = stageRule(epochs);
  const layout = {
    ...layoutOf(quantity),
    showlegend: quantity.train !== undefined && epochs.length > 0,
    shapes: rule === null ? [] : [ruleShape(rule)],
    annotations: rule === null ? [] : [stageWord(rule, 1), stageWord(rule, 2)],
  };
  if (!quantity.train) return { traces: [{ ...main, name: quantity.title }], layout };
  const train = traceOf(epochs, quantity, quantity.train, colour);
  return {
    traces: [
      { ...train, name: 'training', mode: 'lines', line: { color: colour, width: 1.5, dash: '5px,3px' } },
      { ...main, name: 'validation' },
    ],
    layout,
  };
}

export interface NamedRun {
  name: string;
  colour: string;
  epochs: readonly Epoch[];
}

/** Several runs' validation curves over one another. */
export function prepareOverlay(runs: readonly NamedRun[], quantity: Quantity): Figure {
  const traces = runs.map(({ name, colour, epochs }) => ({
    ...traceOf(epochs, quantity, quantity.main, colour),
    name: cut(name),
  }));
  return { traces, layout: { ...layoutOf(quantity), showlegend: false, margin: { t: 12, r: 12, b: 40, l: 52 } } };
}

/** Epochs of both stages on one axis: stage 2 goes on after the last epoch of stage 1. */
export function onOneAxis(epochs: readonly Epoch[]): number[] {
  const before = epochsOfStage1(epochs);
  return epochs.map(({ stage, epoch }) => (stage === 1 ? epoch : before + epoch));
}

const epochsOfStage1 = (epochs: readonly Epoch[]): number =>
  Math.max(0, ...epochs.filter(({ stage }) => stage === 1).map(({ epoch }) => epoch));

/** Where stage 2 begins on that axis; null while there is only one stage. */
function stageRule(epochs: readonly Epoch[]): number | null {
  const before = epochsOfStage1(epochs);
  return before > 0 && epochs.some(({ stage }) => stage === 2) ? before + 0.5 : null;
}

function traceOf(epochs: readonly Epoch[], quantity: Quantity, key: keyof EpochMetrics, colour: string) {
  const factor = quantity.unit === 'percent' ? 100 : 1;
  return {
    ...{ type: 'scatter', mode: epochs.length > mostMarks ? 'lines' : 'lines+markers' },
    x: onOneAxis(epochs),
    y: epochs.map(({ metrics }) => (metrics[key] === null ? null : metrics[key] * factor)),
    line: { color: colour, width: 2 },
    marker: { size: 5, color: colour },
    hovertemplate: { percent: '%{y:.2f} %', none: '%{y:.4f}', log: '%{y:.2~e}' }[quantity.unit],
  };
}

function layoutOf({ title, unit }: Quantity) {
  return {
    hovermode: 'x unified',
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.01, yanchor: 'bottom' },
    xaxis: {
      title: { text: 'epoch' },
      tickformat: 'd',
      nticks: 8,
      showgrid: false,
      unifiedhovertitle: { text: 'epoch %{x}' },
    },
    yaxis: {
      ...{ title: { text: title }, nticks: 5 },
      ...(unit === 'log' && { type: 'log', exponentformat: 'power', dtick: 1 }),
    },
  };
}

const ruleShape = (x: number) => ({
  ...{ type: 'line', x0: x, x1: x, y0: 0, y1: 1, yref: 'paper', layer: 'below' },
  line: { color: 'var(--line-strong)', width: 1, dash: 'dot' },
});

const stageWord = (x: number, stage: 1 | 2) => ({
  ...{ x, y: 1, yref: 'paper', yanchor: 'bottom', showarrow: false },
  ...{ xanchor: stage === 1 ? 'right' : 'left', text: stage === 1 ? 'stage 1 ' : ' stage 2' },
  font: { size: 10, color: 'var(--faint)' },
});

/** Long names would leave no room for the figures beside them. */
const cut = (name: string) => (name.length > 28 ? `${name.slice(0, 27)}…` : name);
