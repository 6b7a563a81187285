import type { ComparedAxis, CompareState } from '@/lib/compare/compare-state.ts';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { meanAndSpread } from '@/lib/stats/group-seeds.ts';
import {
  type Axis,
  type Chart,
  type ColourToken,
  epochAxis,
  type LineSeries,
  maxMarks,
  type Note,
  type Rule,
} from './chart.ts';
import { placeOnAxis, quantityOf } from './curves.ts';
import { formatShort, quantities } from './quantities.ts';
import { shortName } from './short-name.ts';
import { smooth } from './smooth.ts';

type Epoch = RunEventOf<'epoch'>;

export interface ComparedCurve {
  name: string;
  colour: ColourToken;
  config: TrainConfig;
  epochs: readonly Epoch[];
  /** Images in an epoch. */
  trainImages: number;
}

/** Runs that are drawn as one: a single run, or those that differ only in their seed. One at least. */
type CurveGroup = readonly ComparedCurve[];

type Options = Pick<CompareState, 'metric' | 'x' | 'y' | 'smooth'>;

/**
 * One quantity of several runs in one chart. A smoothed curve has its own values faint behind it; a group is its mean, with
 * a band of one standard deviation to either side. A dotted rule stands where fine-tuning begins.
 */
export function prepareComparedCurves(groups: readonly CurveGroup[], options: Options): Chart {
  const lines = groups.map((group) => lineOf(group, options));
  const longest = Math.max(0, ...lines.flatMap(({ x }) => x));
  // Minutes once seconds would be hard to read.
  const unit = options.x === 'time' && longest > 300 ? 60 : 1;
  const scaled = lines.map((line) => ({
    ...line,
    x: line.x.map((value) => value / unit),
    turn: line.turn === null ? null : line.turn / unit,
  }));
  const isLogarithmic = options.y === 'log';
  return {
    x: xAxis(options.x, longest / unit, unit),
    y: {
      title: quantities[options.metric].title,
      scale: options.y,
      domain: 'data',
      ticks: isLogarithmic ? 'short' : 'auto',
    },
    series: scaled.map((line) => seriesOf(line, options)),
    ...stageRules(scaled),
    headroom: 'notes',
    hasLegend: false,
    // Points of several runs share an epoch, but hardly a step or a moment.
    hover: options.x === 'epoch' ? 'same x' : 'nearest',
    view: 'compared',
    description: describe(scaled, options),
  };
}

function xAxis(along: ComparedAxis, end: number, unit: number): Axis {
  if (along === 'epoch') return epochAxis(1, Math.max(1, end));
  const title = along === 'time' ? `training time, ${unit === 60 ? 'min' : 's'}` : along;
  return { title, scale: 'linear', domain: [0, Math.max(1, end) + 0.5], ticks: 'short' };
}

interface Line {
  name: string;
  colour: ColourToken;
  x: number[];
  y: (number | null)[];
  /** Before smoothing, where that is drawn. */
  unsmoothed: (number | null)[] | null;
  /** Of a group, around `y`. */
  band: { low: (number | null)[]; high: (number | null)[] } | null;
  /** Where fine-tuning begins; null where it does not. */
  turn: number | null;
}

function lineOf(group: CurveGroup, { metric, x, smooth: weight }: Options): Line {
  const first = group[0]!;
  const longest = group.reduce((a, b) => (b.epochs.length > a.epochs.length ? b : a));
  const place = places(longest, x);
  const turn = longest.epochs.findIndex((epoch) => epoch.stage === 2);
  const values = longest.epochs.map(({ stage, epoch }) => {
    const same = group.flatMap((run) => run.epochs.find((each) => each.stage === stage && each.epoch === epoch) ?? []);
    return meanAndSpread(same.map((each) => quantityOf(each, metric)).filter((value) => value !== null));
  });
  const means = values.map((value) => value?.mean ?? null);
  // What trains is another network before and after: each stage has an average of its own.
  const parts = turn > 0 ? [means.slice(0, turn), means.slice(turn)] : [means];
  const y = weight > 0 ? parts.flatMap((part) => smooth(part, weight)) : means;
  const edge = (sign: number) =>
    y.map((mean, index) => (mean === null ? null : mean + sign * (values[index]?.spread ?? 0)));
  return {
    name: group.length === 1 ? first.name : `${first.config.name || first.name}, ${group.length} seeds`,
    colour: first.colour,
    x: place,
    y,
    unsmoothed: weight > 0 && group.length === 1 ? means : null,
    band: group.length > 1 ? { low: edge(-1), high: edge(1) } : null,
    turn: turn > 0 ? (place[turn - 1]! + place[turn]!) / 2 : null,
  };
}

/** Where each epoch stands: its number, or how many steps or seconds were done by its end. */
function places({ epochs, config, trainImages }: ComparedCurve, x: ComparedAxis): number[] {
  if (x === 'epoch') return epochs.map(placeOnAxis(epochs));
  const lengthOf = ({ stage, seconds }: Epoch): number => {
    if (x === 'time') return seconds ?? 0;
    const batches = trainImages / config.batch_size;
    return stage === 2 && changesPixels(config) ? Math.floor(batches) : Math.ceil(batches);
  };
  let sum = 0;
  return epochs.map((epoch) => (sum += lengthOf(epoch)));
}

function seriesOf({ name, colour, x, y, band, unsmoothed }: Line, options: Options): LineSeries {
  const { format } = quantities[options.metric];
  const where = (index: number) => (options.x === 'epoch' ? '' : ` at ${formatShort(x[index]!)}`);
  return {
    kind: 'line',
    name: shortName(name),
    colour,
    x,
    y,
    labels: y.map((value, index) => (value === null ? '' : `${format(value)}${where(index)}`)),
    hasNamedLabels: true,
    style: 'solid',
    width: 2,
    marks: x.length > maxMarks ? null : { shape: 'circle', size: 4 },
    ...(band && { band }),
    ...(unsmoothed && { unsmoothed }),
  };
}

/** One for each place where a run's fine-tuning begins, in the run's colour where it is that run's alone. */
function stageRules(lines: readonly Line[]): { rules: Rule[]; notes: Note[] } {
  const turns = [...new Set(lines.flatMap(({ turn }) => (turn === null ? [] : [turn])))];
  const colourOf = (turn: number): ColourToken => {
    const [only, ...others] = lines.filter((line) => line.turn === turn);
    return only && others.length === 0 && lines.length > 1 ? only.colour : 'var(--line-strong)';
  };
  return {
    rules: turns.map((turn) => ({ x: turn, style: 'dotted', colour: colourOf(turn) })),
    notes: turns.slice(0, 1).map((x) => ({ text: 'fine-tuning', x, y: 'top', side: 'right', colour: 'var(--faint)' })),
  };
}

function describe(lines: readonly Line[], { metric, x, smooth: weight }: Options): string {
  if (lines.length === 0) return 'No run to draw yet.';
  const by = x === 'time' ? 'training time' : x;
  const names = lines.map(
    ({ name, y }) => `${name} (last ${y.findLast((value) => value !== null)?.toPrecision(4) ?? '–'})`,
  );
  return `${quantities[metric].name} by ${by}${weight > 0 ? `, smoothed by ${weight}` : ''}: ${names.join(', ')}.`;
}
