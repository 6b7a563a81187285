import { formatRate } from '@/lib/format.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { type Chart, type ColourToken, epochAxis, type LineSeries, maxMarks, type Point } from './chart.ts';
import { type Quantity, quantities } from './quantities.ts';

type Epoch = RunEventOf<'epoch'>;

interface Options {
  colour: ColourToken;
  /** Epochs of both stages if neither stops early: the axis keeps a place for them. 0 once the run has ended. */
  planned: number;
  /** The best epoch of each stage. */
  best: readonly Pick<Epoch, 'stage' | 'epoch'>[];
}

/**
 * The epoch of each stage whose weights are kept: as the trainer reported it where the stage has ended, until then by the
 * trainer's rule, the lowest validation loss (of equals the first).
 */
export function bestEpochs(
  epochs: readonly Epoch[],
  ended: readonly Pick<RunEventOf<'stage-ended'>, 'stage' | 'bestEpoch'>[],
): Options['best'] {
  return ([1, 2] as const).flatMap((stage) => {
    const reported = ended.findLast((each) => each.stage === stage);
    if (reported) return [{ stage, epoch: reported.bestEpoch }];
    const loss = (epoch: Epoch) => epoch.metrics.val_loss ?? Number.POSITIVE_INFINITY;
    const own = epochs.filter((each) => each.stage === stage);
    const lowest = Math.min(...own.map(loss));
    return own.filter((each) => loss(each) === lowest && Number.isFinite(lowest)).slice(0, 1);
  });
}

/** Accuracies in percent: training dashed, validation solid, a ring round each stage's best epoch. */
export const prepareAccuracy = (epochs: readonly Epoch[], options: Options): Chart =>
  prepareBoth(epochs, options, { train: 'accuracy', validation: 'val_accuracy', title: 'accuracy, %' });

/** Losses as they are trained on: with smoothed labels. */
export const prepareLoss = (epochs: readonly Epoch[], options: Options): Chart =>
  prepareBoth(epochs, options, { train: 'loss', validation: 'val_loss', title: 'loss' });

interface Both {
  train: Quantity;
  validation: Quantity;
  title: string;
}

function prepareBoth(epochs: readonly Epoch[], options: Options, { train, validation, title }: Both): Chart {
  const { colour, planned, best } = options;
  const solid: LineSeries = { ...lineOf(epochs, validation, colour), name: 'validation' };
  const dashed: LineSeries = {
    ...lineOf(epochs, train, colour),
    name: 'training',
    style: 'dashed',
    width: 1.5,
    marks: marksOfSinglePoints(epochs),
  };
  const isBest = ({ stage, epoch }: Epoch) => best.some((each) => each.stage === stage && each.epoch === epoch);
  const place = placeOnAxis(epochs);
  const rings = epochs.filter(isBest).flatMap((epoch): Point[] => {
    const y = quantityOf(epoch, validation);
    const label = 'lowest validation loss: its weights are kept';
    return y === null ? [] : [{ x: place(epoch), y, colour, size: 9, label }];
  });
  const last = solid.y.findLast((value) => value !== null);
  return {
    ...frame(epochs, title, planned),
    hasLegend: epochs.length > 0,
    series: [
      dashed,
      solid,
      ...(best.length > 0 ? [{ kind: 'points', name: 'best', points: rings, style: 'ring' } as const] : []),
    ],
    description: `${title} by epoch: ${inWords(epochs, last?.toFixed(2), 'validation')}.`,
  };
}

/** The rate that each epoch had, on a logarithmic axis. */
export function prepareLearningRate(epochs: readonly Epoch[], { colour, planned }: Omit<Options, 'best'>): Chart {
  const rate: LineSeries = {
    ...lineOf(epochs, 'learning_rate', colour),
    hasNamedLabels: false,
    isStepped: true,
    marks: marksOfSinglePoints(epochs),
  };
  const last = epochs.at(-1)?.metrics.learning_rate;
  const { title } = quantities.learning_rate;
  return {
    ...frame(epochs, title, planned),
    y: { title, scale: 'log', domain: 'data', ticks: 'power' },
    series: [rate],
    description: `learning rate by epoch: ${inWords(epochs, last == null ? undefined : formatRate(last), 'it')}.`,
  };
}

/** Images trained on per second, on a logarithmic axis: the head alone trains a hundred times faster. */
export function prepareSpeed(epochs: readonly Epoch[], { colour, planned }: Omit<Options, 'best'>): Chart {
  const line = lineOf(epochs, 'speed', colour);
  const speed: LineSeries = {
    ...line,
    name: 'speed',
    hasNamedLabels: false,
    labels: line.labels.map((label) => `${label} images/s`),
  };
  const last = epochs.at(-1)?.imagesPerSecond?.toFixed(0);
  const { title } = quantities.speed;
  return {
    ...frame(epochs, title, planned),
    y: { title, scale: 'log', domain: 'data', ticks: 'prefix' },
    series: [speed],
    description: `images a second by epoch: ${inWords(epochs, last, 'it')}.`,
  };
}

const inWords = (epochs: readonly Epoch[], value: string | undefined, what: string): string =>
  value === undefined
    ? 'nothing yet'
    : `${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}, ${what} now ${value}`;

/** An epoch's value as it is shown, accuracies in percent; null where there is none. */
export function quantityOf(epoch: Epoch, quantity: Quantity): number | null {
  const value = quantity === 'speed' ? epoch.imagesPerSecond : epoch.metrics[quantity];
  return value === null ? null : value * quantities[quantity].factor;
}

/** A line with a gap between the stages: what trains is not the same before and after. */
function lineOf(epochs: readonly Epoch[], quantity: Quantity, colour: ColourToken): LineSeries {
  const { name, format } = quantities[quantity];
  const place = placeOnAxis(epochs);
  const points = epochs.flatMap((epoch, index) => {
    const point = { x: place(epoch), y: quantityOf(epoch, quantity) };
    const isTurn = index > 0 && epochs[index - 1]!.stage !== epoch.stage;
    return isTurn ? [{ x: point.x - 0.5, y: null }, point] : [point];
  });
  return {
    kind: 'line',
    name,
    colour,
    x: points.map(({ x }) => x),
    y: points.map(({ y }) => y),
    labels: points.map(({ y }) => (y === null ? '' : format(y))),
    hasNamedLabels: true,
    style: 'solid',
    width: 2,
    marks: epochs.length > maxMarks ? null : marks,
  };
}

const marks: LineSeries['marks'] = { shape: 'circle', size: 5 };

/** None, unless a stage has a single epoch, which is a point and no line. */
const marksOfSinglePoints = (epochs: readonly Epoch[]): LineSeries['marks'] =>
  ([1, 2] as const).some((stage) => epochs.filter((each) => each.stage === stage).length === 1) ? marks : null;

const lengthOfStage1 = (epochs: readonly Epoch[]): number => epochs.filter(({ stage }) => stage === 1).length;

/** Where an epoch stands on the one axis of both stages: stage 2 follows the last epoch of stage 1. */
export function placeOnAxis(epochs: readonly Epoch[]): (epoch: Pick<Epoch, 'stage' | 'epoch'>) => number {
  const before = lengthOfStage1(epochs);
  return ({ stage, epoch }) => (stage === 1 ? epoch : before + epoch);
}

/** What all charts of a run share: its epochs, and a rule between the stages. */
function frame(epochs: readonly Epoch[], title: string, planned: number): Omit<Chart, 'series' | 'description'> {
  const before = lengthOfStage1(epochs);
  const turns = before > 0 && before < epochs.length ? [before + 0.5] : [];
  return {
    x: epochAxis(1, axisEnd(epochs.length, planned)),
    y: { title, scale: 'linear', domain: 'data', ticks: 'auto' },
    headroom: 'notes and legend',
    hasLegend: false,
    hover: 'same x',
    view: title,
    rules: turns.map((x) => ({ x, style: 'dotted', colour: 'var(--line-strong)' })),
    notes: turns.flatMap((x) => [
      { text: 'stage 1', x, y: 'top', side: 'left', colour: 'var(--faint)' } as const,
      { text: 'stage 2', x, y: 'top', side: 'right', colour: 'var(--faint)' } as const,
    ]),
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
