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
  maxMarkers,
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
  /** Training images per epoch. */
  trainImages: number;
}

/** Runs drawn as one curve: a single run, or runs that differ only in their seed. Never empty. */
type CurveGroup = readonly ComparedCurve[];

type Options = Pick<CompareState, 'metric' | 'x' | 'y' | 'smooth'>;

/**
 * One quantity of several runs in one chart. The unsmoothed values of a smoothed run are drawn faintly behind it. A
 * group is drawn as its mean, with a band of ± one standard deviation. A dotted rule marks where fine-tuning starts.
 */
export function prepareComparedCurves(groups: readonly CurveGroup[], options: Options): Chart {
  const lines = groups.map((group) => lineOf(group, options));
  const longest = Math.max(0, ...lines.flatMap(({ x }) => x));
  // Minutes instead of seconds beyond 5 min.
  const unit = options.x === 'time' && longest > 300 ? 60 : 1;
  const scaled = lines.map((line) => ({
    ...line,
    x: line.x.map((value) => value / unit),
    stage2Start: line.stage2Start === null ? null : line.stage2Start / unit,
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
    // Runs share epochs, but rarely the same step or second.
    hover: options.x === 'epoch' ? 'same x' : 'nearest',
    view: 'compared',
    description: describe(scaled, options),
  };
}

function xAxis(axis: ComparedAxis, end: number, unit: number): Axis {
  if (axis === 'epoch') return epochAxis(1, Math.max(1, end));
  const title = axis === 'time' ? `training time, ${unit === 60 ? 'min' : 's'}` : axis;
  return { title, scale: 'linear', domain: [0, Math.max(1, end) + 0.5], ticks: 'short' };
}

interface Line {
  name: string;
  colour: ColourToken;
  x: number[];
  y: (number | null)[];
  /** Values before smoothing; null if not drawn. */
  unsmoothed: (number | null)[] | null;
  /** ± one standard deviation around `y`; null for a single run. */
  band: { low: (number | null)[]; high: (number | null)[] } | null;
  /** X position where fine-tuning starts; null if there is no change of stage. */
  stage2Start: number | null;
}

function lineOf(group: CurveGroup, { metric, x, smooth: weight }: Options): Line {
  const first = group[0]!;
  const longest = group.reduce((a, b) => (b.epochs.length > a.epochs.length ? b : a));
  const positions = epochPositions(longest, x);
  const firstOfStage2 = longest.epochs.findIndex((epoch) => epoch.stage === 2);
  const values = longest.epochs.map(({ stage, epoch }) => {
    const sameEpoch = group.flatMap(
      (run) => run.epochs.find((each) => each.stage === stage && each.epoch === epoch) ?? [],
    );
    return meanAndSpread(sameEpoch.map((each) => quantityOf(each, metric)).filter((value) => value !== null));
  });
  const means = values.map((value) => value?.mean ?? null);
  // Each stage trains a different part of the network, so each is smoothed separately.
  const stages = firstOfStage2 > 0 ? [means.slice(0, firstOfStage2), means.slice(firstOfStage2)] : [means];
  const y = weight > 0 ? stages.flatMap((stage) => smooth(stage, weight)) : means;
  const edge = (sign: number) =>
    y.map((mean, index) => (mean === null ? null : mean + sign * (values[index]?.spread ?? 0)));
  return {
    name: group.length === 1 ? first.name : `${first.config.name || first.name}, ${group.length} seeds`,
    colour: first.colour,
    x: positions,
    y,
    unsmoothed: weight > 0 && group.length === 1 ? means : null,
    band: group.length > 1 ? { low: edge(-1), high: edge(1) } : null,
    stage2Start: firstOfStage2 > 0 ? (positions[firstOfStage2 - 1]! + positions[firstOfStage2]!) / 2 : null,
  };
}

/** Each epoch's x position: its number, or the steps or seconds completed by its end. */
function epochPositions({ epochs, config, trainImages }: ComparedCurve, x: ComparedAxis): number[] {
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
  const suffix = (index: number) => (options.x === 'epoch' ? '' : ` at ${formatShort(x[index]!)}`);
  return {
    kind: 'line',
    name: shortName(name),
    colour,
    x,
    y,
    labels: y.map((value, index) => (value === null ? '' : `${format(value)}${suffix(index)}`)),
    hasNamedLabels: true,
    style: 'solid',
    width: 2,
    markers: x.length > maxMarkers ? null : { shape: 'circle', size: 4 },
    ...(band && { band }),
    ...(unsmoothed && { unsmoothed }),
  };
}

/** One rule for each x where fine-tuning starts, in the run's colour if only one of several runs starts there. */
function stageRules(lines: readonly Line[]): { rules: Rule[]; notes: Note[] } {
  const starts = [...new Set(lines.flatMap(({ stage2Start }) => stage2Start ?? []))];
  const colourOf = (start: number): ColourToken => {
    const [only, ...others] = lines.filter((line) => line.stage2Start === start);
    return only && others.length === 0 && lines.length > 1 ? only.colour : 'var(--line-strong)';
  };
  return {
    rules: starts.map((x) => ({ x, style: 'dotted', colour: colourOf(x) })),
    notes: starts.slice(0, 1).map((x) => ({ text: 'fine-tuning', x, y: 'top', side: 'right', colour: 'var(--faint)' })),
  };
}

function describe(lines: readonly Line[], { metric, x, smooth: weight }: Options): string {
  if (lines.length === 0) return 'No runs to plot yet.';
  const by = x === 'time' ? 'training time' : x;
  const names = lines.map(
    ({ name, y }) => `${name} (last ${y.findLast((value) => value !== null)?.toPrecision(4) ?? '–'})`,
  );
  return `${quantities[metric].name} by ${by}${weight > 0 ? `, smoothed by ${weight}` : ''}: ${names.join(', ')}.`;
}
