import { formatRate } from '@/lib/format.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { type Chart, type ColourToken, epochAxis, type LineSeries, maxMarkers, type Point } from './chart.ts';
import { type Quantity, quantities } from './quantities.ts';

type Epoch = RunEventOf<'epoch'>;

interface Options {
  colour: ColourToken;
  /** Epochs of both stages if neither stops early; the axis reserves space for them. 0 once the run has ended. */
  planned: number;
  /** The best epoch of each stage. */
  best: readonly Pick<Epoch, 'stage' | 'epoch'>[];
}

/**
 * The best epoch of each stage, whose weights the trainer keeps: as reported once the stage has ended, until then by its
 * rule, the lowest validation loss (the first if equal).
 */
export function bestEpochs(
  epochs: readonly Epoch[],
  stageEnds: readonly Pick<RunEventOf<'stage-ended'>, 'stage' | 'bestEpoch'>[],
): Options['best'] {
  return ([1, 2] as const).flatMap((stage) => {
    const reported = stageEnds.findLast((each) => each.stage === stage);
    if (reported) return [{ stage, epoch: reported.bestEpoch }];
    const loss = (epoch: Epoch) => epoch.metrics.val_loss ?? Number.POSITIVE_INFINITY;
    const own = epochs.filter((each) => each.stage === stage);
    const lowest = Math.min(...own.map(loss));
    return own.filter((each) => loss(each) === lowest && Number.isFinite(lowest)).slice(0, 1);
  });
}

/** Accuracies in percent: training dashed, validation solid, a ring around each stage's best epoch. */
export const prepareAccuracy = (epochs: readonly Epoch[], options: Options): Chart =>
  prepareMetricPair(epochs, options, { train: 'accuracy', validation: 'val_accuracy', title: 'accuracy, %' });

/** Losses as used in training, with label smoothing. */
export const prepareLoss = (epochs: readonly Epoch[], options: Options): Chart =>
  prepareMetricPair(epochs, options, { train: 'loss', validation: 'val_loss', title: 'loss' });

interface MetricPair {
  train: Quantity;
  validation: Quantity;
  title: string;
}

function prepareMetricPair(
  epochs: readonly Epoch[],
  options: Options,
  { train, validation, title }: MetricPair,
): Chart {
  const { colour, planned, best } = options;
  const solid: LineSeries = { ...lineOf(epochs, validation, colour), name: 'validation' };
  const dashed: LineSeries = {
    ...lineOf(epochs, train, colour),
    name: 'training',
    style: 'dashed',
    width: 1.5,
    markers: markersForSingleEpochs(epochs),
  };
  const isBest = ({ stage, epoch }: Epoch) => best.some((each) => each.stage === stage && each.epoch === epoch);
  const positionOf = placeOnAxis(epochs);
  const rings = epochs.filter(isBest).flatMap((epoch): Point[] => {
    const y = quantityOf(epoch, validation);
    const label = 'lowest validation loss: weights kept';
    return y === null ? [] : [{ x: positionOf(epoch), y, colour, size: 9, label }];
  });
  const last = solid.y.findLast((value) => value !== null);
  return {
    ...baseChart(epochs, title, planned),
    hasLegend: epochs.length > 0,
    series: [
      dashed,
      solid,
      ...(best.length > 0 ? [{ kind: 'points', name: 'best', points: rings, style: 'ring' } as const] : []),
    ],
    description: `${title} by epoch: ${describeLast(epochs, last?.toFixed(2), 'validation now')}.`,
  };
}

/** The learning rate of each epoch, on a logarithmic axis. */
export function prepareLearningRate(epochs: readonly Epoch[], { colour, planned }: Omit<Options, 'best'>): Chart {
  const rate: LineSeries = {
    ...lineOf(epochs, 'learning_rate', colour),
    hasNamedLabels: false,
    isStepped: true,
    markers: markersForSingleEpochs(epochs),
  };
  const last = epochs.at(-1)?.metrics.learning_rate;
  const { title } = quantities.learning_rate;
  return {
    ...baseChart(epochs, title, planned),
    y: { title, scale: 'log', domain: 'data', ticks: 'power' },
    series: [rate],
    description: `learning rate by epoch: ${describeLast(epochs, last == null ? undefined : formatRate(last))}.`,
  };
}

/** Training images per second, on a logarithmic axis, because the head trains about a hundred times faster. */
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
    ...baseChart(epochs, title, planned),
    y: { title, scale: 'log', domain: 'data', ticks: 'prefix' },
    series: [speed],
    description: `images per second by epoch: ${describeLast(epochs, last)}.`,
  };
}

const describeLast = (epochs: readonly Epoch[], value: string | undefined, prefix = 'now'): string =>
  value === undefined
    ? 'no values yet'
    : `${epochs.length} ${epochs.length === 1 ? 'epoch' : 'epochs'}, ${prefix} ${value}`;

/** An epoch's value as displayed, accuracies in percent; null if it is missing. */
export function quantityOf(epoch: Epoch, quantity: Quantity): number | null {
  const value = quantity === 'speed' ? epoch.imagesPerSecond : epoch.metrics[quantity];
  return value === null ? null : value * quantities[quantity].factor;
}

/** A line with a gap between the stages, which train different parts of the network. */
function lineOf(epochs: readonly Epoch[], quantity: Quantity, colour: ColourToken): LineSeries {
  const { name, format } = quantities[quantity];
  const positionOf = placeOnAxis(epochs);
  const points = epochs.flatMap((epoch, index) => {
    const point = { x: positionOf(epoch), y: quantityOf(epoch, quantity) };
    const startsStage2 = index > 0 && epochs[index - 1]!.stage !== epoch.stage;
    return startsStage2 ? [{ x: point.x - 0.5, y: null }, point] : [point];
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
    markers: epochs.length > maxMarkers ? null : markers,
  };
}

const markers: LineSeries['markers'] = { shape: 'circle', size: 5 };

/** Markers if a stage has a single epoch, which no line would show; otherwise none. */
const markersForSingleEpochs = (epochs: readonly Epoch[]): LineSeries['markers'] =>
  ([1, 2] as const).some((stage) => epochs.filter((each) => each.stage === stage).length === 1) ? markers : null;

const lengthOfStage1 = (epochs: readonly Epoch[]): number => epochs.filter(({ stage }) => stage === 1).length;

/** @returns an epoch's position on the axis shared by both stages: stage 2 follows the last epoch of stage 1 */
export function placeOnAxis(epochs: readonly Epoch[]): (epoch: Pick<Epoch, 'stage' | 'epoch'>) => number {
  const before = lengthOfStage1(epochs);
  return ({ stage, epoch }) => (stage === 1 ? epoch : before + epoch);
}

/** The parts that all charts of a run share: the epoch axis, and the rule between the stages. */
function baseChart(epochs: readonly Epoch[], title: string, planned: number): Omit<Chart, 'series' | 'description'> {
  const before = lengthOfStage1(epochs);
  const boundaries = before > 0 && before < epochs.length ? [before + 0.5] : [];
  return {
    x: epochAxis(1, axisEnd(epochs.length, planned)),
    y: { title, scale: 'linear', domain: 'data', ticks: 'auto' },
    headroom: 'notes and legend',
    hasLegend: false,
    hover: 'same x',
    view: title,
    rules: boundaries.map((x) => ({ x, style: 'dotted', colour: 'var(--line-strong)' })),
    notes: boundaries.flatMap((x) => [
      { text: 'stage 1', x, y: 'top', side: 'left', colour: 'var(--faint)' } as const,
      { text: 'stage 2', x, y: 'top', side: 'right', colour: 'var(--faint)' } as const,
    ]),
  };
}

/**
 * The last epoch on the axis. Up to 20 planned epochs are all included from the start, so that the axis stays fixed.
 * With more, a stage may stop long before the last one, so the axis grows in steps.
 */
export function axisEnd(done: number, planned: number): number {
  if (planned <= 20) return Math.max(1, done, planned);
  return Math.min(planned, Math.max(20, Math.ceil((done + 1) / 10) * 10 + 10));
}
