import {
  type ComparedAxis,
  type ComparedMetric,
  type CompareState,
  comparedMetrics,
} from '@/lib/compare/compare-state.ts';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import { meanAndSpread } from '@/lib/stats/group-seeds.ts';
import { asText } from './as-text.ts';
import { placeOnAxis } from './curves.ts';
import { chartLayout, type Figure, type LineTrace, type Note, type Rule, type Token } from './figure.ts';
import { smooth } from './smooth.ts';

type Epoch = RunEventOf<'epoch'>;

export interface ComparedCurve {
  name: string;
  colour: Token;
  config: TrainConfig;
  epochs: readonly Epoch[];
  /** Images in an epoch. */
  trainImages: number;
}

/** Runs that are drawn as one: a single run, or those that differ only in their seed. One at least. */
type CurveGroup = readonly ComparedCurve[];

type Options = Pick<CompareState, 'metric' | 'x' | 'y' | 'smooth'>;

/**
 * Any figure of several runs, one over the other. A smoothed curve has its own values faint behind it; a group is its
 * mean, with a band of one standard deviation to either side. A dotted rule stands where fine-tuning begins.
 */
export function prepareComparedCurves(groups: readonly CurveGroup[], options: Options): Figure {
  const { title, factor, format } = quantities[options.metric];
  const lines = groups.map((group) => lineOf(group, options, factor));
  const isTime = options.x === 'time';
  const longest = Math.max(0, ...lines.flatMap(({ x }) => x));
  // Minutes once seconds would be hard to read.
  const unit = isTime && longest > 300 ? 60 : 1;
  for (const line of lines) {
    line.x = line.x.map((value) => value / unit);
    if (line.turn !== null) line.turn /= unit;
  }
  const xTitle = isTime ? `training time, ${unit === 60 ? 'min' : 's'}` : options.x;
  const xRange: [number, number] = [options.x === 'epoch' ? 1 : 0.5, Math.max(1, longest / unit)];
  const layout = chartLayout({ x: xTitle, y: title, xRange, logarithmic: options.y === 'log' });
  return {
    traces: lines.flatMap((line) => tracesOf(line, options, format)),
    layout: {
      ...layout,
      margin: { l: 52, r: 12, t: 24, b: 40 },
      // Points of several runs share an epoch, but hardly a step or a moment.
      hovermode: options.x === 'epoch' ? 'x unified' : 'closest',
      xaxis: options.x === 'epoch' ? layout.xaxis : { ...(layout.xaxis as object), dtick: undefined, tickformat: '~g' },
      yaxis: options.y === 'log' ? { ...(layout.yaxis as object), tickformat: '~g', dtick: 'D2' } : layout.yaxis,
      ...stageRules(lines),
    },
    description: describe(lines, options),
  };
}

const quantities: Record<ComparedMetric, { title: string; factor: number; format: string }> = {
  val_accuracy: { title: 'validation accuracy, %', factor: 100, format: '.2f' },
  accuracy: { title: 'training accuracy, %', factor: 100, format: '.2f' },
  val_loss: { title: 'validation loss', factor: 1, format: '.4f' },
  loss: { title: 'training loss', factor: 1, format: '.4f' },
  learning_rate: { title: 'learning rate', factor: 1, format: '.2~e' },
  speed: { title: 'images/s', factor: 1, format: ',.0f' },
};

interface Line {
  name: string;
  colour: Token;
  x: number[];
  y: (number | null)[];
  /** Before smoothing, where that is drawn. */
  raw: (number | null)[] | null;
  /** Of a group, around `y`. */
  band: { low: (number | null)[]; high: (number | null)[] } | null;
  /** Where fine-tuning begins; null where it does not. */
  turn: number | null;
}

function lineOf(group: CurveGroup, { metric, x, smooth: weight }: Options, factor: number): Line {
  const first = group[0]!;
  const longest = group.reduce((a, b) => (b.epochs.length > a.epochs.length ? b : a));
  const place = places(longest, x);
  const turn = longest.epochs.findIndex((epoch) => epoch.stage === 2);
  const values = longest.epochs.map(({ stage, epoch }) => {
    const same = group.map((run) => run.epochs.find((each) => each.stage === stage && each.epoch === epoch));
    const known = same.map((each) => figureOf(each, metric)).filter((value) => value !== null);
    return meanAndSpread(known.map((value) => value * factor));
  });
  const means = values.map((value) => value?.mean ?? null);
  // What trains is another network before and after: the average starts anew.
  const parts = turn > 0 ? [means.slice(0, turn), means.slice(turn)] : [means];
  const y = weight > 0 ? parts.flatMap((part) => smooth(part, weight)) : means;
  const edge = (sign: number) =>
    y.map((mean, index) => (mean === null ? null : mean + sign * (values[index]?.spread ?? 0)));
  return {
    name: group.length === 1 ? first.name : `${first.config.name || first.name}, ${group.length} seeds`,
    colour: first.colour,
    x: place,
    y,
    raw: weight > 0 && group.length === 1 ? means : null,
    band: group.length > 1 ? { low: edge(-1), high: edge(1) } : null,
    turn: turn > 0 ? (place[turn - 1]! + place[turn]!) / 2 : null,
  };
}

function figureOf(epoch: Epoch | undefined, metric: ComparedMetric): number | null {
  if (!epoch) return null;
  return metric === 'speed' ? epoch.imagesPerSecond : epoch.metrics[metric];
}

/** Where each epoch stands: which it is, how many steps were done by its end, or how many seconds. */
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

function tracesOf(line: Line, { x }: Options, format: string): LineTrace[] {
  const { name, colour, band, raw } = line;
  const base: LineTrace = {
    type: 'scatter',
    mode: 'lines+markers',
    name: asText(name),
    x: line.x,
    y: line.y,
    connectgaps: false,
    line: { color: colour, width: 2, dash: 'solid' },
    marker: { color: colour, size: line.x.length > 60 ? 0.1 : 4 },
    hovertemplate: x === 'epoch' ? `%{y:${format}}` : `%{y:${format}} at %{x:.4~g}`,
  };
  const silent: LineTrace = { ...base, mode: 'lines', hoverinfo: 'skip', hovertemplate: '', showlegend: false };
  const edge: LineTrace = { ...silent, line: { color: colour, width: 0, dash: 'solid' } };
  return [
    ...(band
      ? [
          { ...edge, y: band.low },
          { ...edge, y: band.high, fill: 'tonexty' as const, fillcolor: colour, opacity: 0.2 },
        ]
      : []),
    ...(raw ? [{ ...silent, y: raw, opacity: 0.3 }] : []),
    base,
  ];
}

/** One for each place where a run's fine-tuning begins, in the run's colour where it is that run's alone. */
function stageRules(lines: readonly Line[]): { shapes: Rule[]; annotations: Note[] } {
  const turns = [...new Set(lines.flatMap(({ turn }) => (turn === null ? [] : [turn])))];
  const colourOf = (turn: number): Token => {
    const [only, ...others] = lines.filter((line) => line.turn === turn);
    return only && others.length === 0 && lines.length > 1 ? only.colour : 'var(--line-strong)';
  };
  return {
    shapes: turns.map((turn) => ({
      type: 'line',
      xref: 'x',
      yref: 'paper',
      x0: turn,
      x1: turn,
      y0: 0,
      y1: 1,
      line: { color: colourOf(turn), width: 1, dash: 'dot' },
    })),
    annotations: turns.slice(0, 1).map((turn) => ({
      x: turn,
      y: 1,
      xref: 'x',
      yref: 'paper',
      text: ' fine-tuning',
      showarrow: false,
      xanchor: 'left',
      yanchor: 'bottom',
      font: { size: 10, color: 'var(--faint)' },
    })),
  };
}

function describe(lines: readonly Line[], { metric, x, smooth: weight }: Options): string {
  if (lines.length === 0) return 'No run to draw yet.';
  const by = x === 'time' ? 'training time' : x;
  const names = lines.map(
    ({ name, y }) => `${name} (last ${y.findLast((value) => value !== null)?.toPrecision(4) ?? '–'})`,
  );
  return `${comparedMetrics[metric]} by ${by}${weight > 0 ? `, smoothed by ${weight}` : ''}: ${names.join(', ')}.`;
}
