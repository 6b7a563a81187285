import { formatRate } from '@/lib/format.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { EpochMetrics } from '@/lib/run/metrics.ts';
import { chartLayout, type Figure, type LineTrace, type Note, type Rule, type Token } from './figure.ts';

type Epoch = RunEventOf<'epoch'>;

interface Options {
  colour: Token;
  /** Epochs of both stages if none stops early: the axis keeps a place for them. 0 once the run has ended. */
  planned: number;
  /** The best epoch of each stage. */
  best: readonly Pick<Epoch, 'stage' | 'epoch'>[];
}

/**
 * The epoch of each stage whose weights are kept: by what the trainer said where the stage has ended, until then by the
 * rule it goes by, the lowest validation loss (of equals the first).
 */
export function bestEpochs(
  epochs: readonly Epoch[],
  ended: readonly Pick<RunEventOf<'stage-ended'>, 'stage' | 'bestEpoch'>[],
): Options['best'] {
  return ([1, 2] as const).flatMap((stage) => {
    const told = ended.findLast((each) => each.stage === stage);
    if (told) return [{ stage, epoch: told.bestEpoch }];
    const loss = (epoch: Epoch) => epoch.metrics.val_loss ?? Number.POSITIVE_INFINITY;
    const own = epochs.filter((each) => each.stage === stage);
    const lowest = Math.min(...own.map(loss));
    return own.filter((each) => loss(each) === lowest && Number.isFinite(lowest)).slice(0, 1);
  });
}

/** Accuracies in percent: training dashed, validation solid, a ring round each stage's best epoch. */
export const prepareAccuracy = (epochs: readonly Epoch[], options: Options): Figure =>
  prepareBoth(epochs, options, {
    train: 'accuracy',
    validation: 'val_accuracy',
    title: 'accuracy, %',
    factor: 100,
    format: '.2f',
  });

/** Losses as they are trained on: with smoothed labels. */
export const prepareLoss = (epochs: readonly Epoch[], options: Options): Figure =>
  prepareBoth(epochs, options, { train: 'loss', validation: 'val_loss', title: 'loss', factor: 1, format: '.4f' });

interface Quantity {
  train: keyof EpochMetrics;
  validation: keyof EpochMetrics;
  title: string;
  factor: number;
  format: string;
}

function prepareBoth(epochs: readonly Epoch[], options: Options, quantity: Quantity): Figure {
  const { title, factor, format } = quantity;
  const hovertemplate = `%{y:${format}}`;
  const validation: LineTrace = {
    ...line(epochs, quantity.validation, factor, options.colour),
    name: 'validation',
    hovertemplate,
  };
  const train: LineTrace = {
    ...line(epochs, quantity.train, factor, options.colour),
    name: 'training',
    hovertemplate,
    line: { color: options.colour, width: 1.5, dash: '5px,3px' },
    mode: modeWithoutMarks(epochs),
  };
  const isBest = (epoch: Epoch) =>
    options.best.some((each) => each.stage === epoch.stage && each.epoch === epoch.epoch);
  const best = line(epochs.filter(isBest), quantity.validation, factor, options.colour, epochs);
  const ring: LineTrace = {
    ...best,
    mode: 'markers',
    name: 'best',
    hovertemplate: 'lowest validation loss: its weights are kept<extra></extra>',
    marker: { color: 'var(--panel)', size: 9, line: { color: options.colour, width: 2 } },
  };
  const last = validation.y.findLast((value) => value !== null);
  return {
    traces: options.best.length > 0 ? [train, validation, ring] : [train, validation],
    layout: {
      ...frame(epochs, title, options.planned),
      showlegend: epochs.length > 0,
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.12, yanchor: 'bottom', font: { size: 11 } },
    },
    description: `${title} by epoch: ${inWords(epochs, last?.toFixed(2), 'validation')}.`,
  };
}

/** The rate that each epoch had, on a logarithmic axis. */
export function prepareLearningRate(epochs: readonly Epoch[], { colour, planned }: Omit<Options, 'best'>): Figure {
  const trace: LineTrace = {
    ...line(epochs, 'learning_rate', 1, colour),
    name: 'learning rate',
    hovertemplate: '%{y:.2~e}<extra></extra>',
    mode: modeWithoutMarks(epochs),
    line: { color: colour, width: 2, dash: 'solid', shape: 'hv' },
  };
  const last = epochs.at(-1)?.metrics.learning_rate;
  return {
    traces: [trace],
    layout: frame(epochs, 'learning rate', planned, true),
    description: `learning rate by epoch: ${inWords(epochs, last == null ? undefined : formatRate(last), 'it')}.`,
  };
}

/** Images that each epoch trained on in a second, on a logarithmic axis: the head alone trains a hundred times faster. */
export function prepareSpeed(epochs: readonly Epoch[], { colour, planned }: Omit<Options, 'best'>): Figure {
  const speed = (epoch: Epoch) => epoch.imagesPerSecond;
  const trace: LineTrace = {
    ...line(epochs, speed, 1, colour),
    name: 'speed',
    hovertemplate: '%{y:,.0f} images/s<extra></extra>',
  };
  const layout = frame(epochs, 'images/s', planned, true);
  const last = epochs.at(-1)?.imagesPerSecond?.toFixed(0);
  return {
    traces: [trace],
    layout: { ...layout, yaxis: { ...(layout.yaxis as object), tickformat: '~s' } },
    description: `images a second by epoch: ${inWords(epochs, last, 'it')}.`,
  };
}

const inWords = (epochs: readonly Epoch[], value: string | undefined, what: string): string =>
  value === undefined
    ? 'nothing yet'
    : `${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}, ${what} now ${value}`;

/** A line with a gap between the stages: what trains is not the same before and after. `all` tells where stage 1 ends. */
function line(
  epochs: readonly Epoch[],
  quantity: keyof EpochMetrics | ((epoch: Epoch) => number | null),
  factor: number,
  colour: Token,
  all = epochs,
): LineTrace {
  const read = typeof quantity === 'function' ? quantity : ({ metrics }: Epoch) => metrics[quantity];
  const place = placeOnAxis(all);
  const x: number[] = [];
  const y: (number | null)[] = [];
  for (const [index, epoch] of epochs.entries()) {
    if (index > 0 && epochs[index - 1]!.stage !== epoch.stage) {
      x.push(place(epoch) - 0.5);
      y.push(null);
    }
    const value = read(epoch);
    x.push(place(epoch));
    y.push(value === null ? null : value * factor);
  }
  return {
    type: 'scatter',
    mode: epochs.length > mostMarks ? 'lines' : 'lines+markers',
    name: '',
    x,
    y,
    connectgaps: false,
    line: { color: colour, width: 2, dash: 'solid' },
    marker: { color: colour, size: 5 },
    hovertemplate: '%{y}',
  };
}

/** A line alone, unless a stage has a single epoch, which is a point and no line. */
const modeWithoutMarks = (epochs: readonly Epoch[]): LineTrace['mode'] =>
  ([1, 2] as const).some((stage) => epochs.filter((each) => each.stage === stage).length === 1)
    ? 'lines+markers'
    : 'lines';

/** Past this many points their marks would hide the line. */
const mostMarks = 60;

const lengthOfStage1 = (epochs: readonly Epoch[]): number => epochs.filter(({ stage }) => stage === 1).length;

/** Where an epoch stands on the one axis of both stages: stage 2 goes on after the last epoch of stage 1. */
export function placeOnAxis(epochs: readonly Epoch[]): (epoch: Pick<Epoch, 'stage' | 'epoch'>) => number {
  const before = lengthOfStage1(epochs);
  return ({ stage, epoch }) => (stage === 1 ? epoch : before + epoch);
}

function frame(epochs: readonly Epoch[], title: string, planned: number, logarithmic = false): Figure['layout'] {
  const before = lengthOfStage1(epochs);
  const turn = before > 0 && before < epochs.length ? before + 0.5 : null;
  return {
    ...chartLayout({ x: 'epoch', y: title, xRange: [1, axisEnd(epochs.length, planned)], logarithmic }),
    // Room for the names of the stages, and above them the legend.
    margin: { l: 52, r: 12, t: 44, b: 40 },
    shapes: turn === null ? [] : [rule(turn)],
    annotations: turn === null ? [] : [note(turn, 'stage 1 ', 'right'), note(turn, ' stage 2', 'left')],
  };
}

/**
 * The last epoch that has a place on the axis. Few planned epochs all have theirs from the start, so that nothing jumps;
 * of many, most may never come, and the axis grows in steps.
 */
export function axisEnd(done: number, planned: number): number {
  if (planned <= 20) return Math.max(1, done, planned);
  return Math.min(planned, Math.max(20, Math.ceil((done + 1) / 10) * 10 + 10));
}

const rule = (x: number): Rule => ({
  type: 'line',
  xref: 'x',
  yref: 'paper',
  x0: x,
  x1: x,
  y0: 0,
  y1: 1,
  line: { color: 'var(--line-strong)', width: 1, dash: 'dot' },
});

const note = (x: number, text: string, xanchor: Note['xanchor']): Note => ({
  x,
  y: 1,
  xref: 'x',
  yref: 'paper',
  text,
  showarrow: false,
  xanchor,
  yanchor: 'bottom',
  font: { size: 10, color: 'var(--faint)' },
});
