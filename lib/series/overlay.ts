import type { CurveMetric } from '@/lib/runs/columns.ts';
import { type Chart, type ColourToken, epochAxis, type LineSeries, maxMarks } from './chart.ts';
import { quantities } from './quantities.ts';
import { shortName } from './short-name.ts';
import { smooth } from './smooth.ts';

export interface OverlaidRun {
  name: string;
  colour: ColourToken;
  /** One value of every epoch; null is a gap. */
  stage1: readonly (number | null)[];
  stage2: readonly (number | null)[];
}

export interface OverlayOptions {
  metric: CurveMetric;
  stage: 'both' | 'stage1' | 'stage2';
  /** Within 0…1; see `smooth`. */
  smoothing: number;
  logarithmic: boolean;
}

/** Past this many runs one hover for all would cover the chart, and marks would hide the lines. */
const mostTogether = 12;

/** One quantity of several runs by epoch; a larger mark stands where a run's fine-tuning begins. */
export function prepareOverlay(runs: readonly OverlaidRun[], options: OverlayOptions): Chart {
  const { metric, stage, logarithmic } = options;
  const { name: metricName, title } = quantities[metric];
  const longest = Math.max(1, ...runs.map((run) => partsOf(run, stage).flat().length));
  const isCrowd = runs.length > mostTogether;
  const names = isCrowd ? `${runs.length} runs` : runs.map((run) => run.name).join(', ');
  const isLog = logarithmic || metric === 'learning_rate';
  return {
    x: epochAxis(1, longest),
    y: { title, scale: isLog ? 'log' : 'linear', domain: 'data', ticks: isLog ? 'power' : 'auto' },
    series: runs.map((run) => seriesOf(run, options, { longest, isCrowd })),
    rules: [],
    notes: [],
    // The table beside it has the colours.
    headroom: 'none',
    hasLegend: false,
    hover: isCrowd ? 'nearest' : 'same x',
    view: `${metric} ${stage} ${isLog}`,
    description: runs.length === 0 ? 'No run to draw yet.' : `${capitalized(metricName)} by epoch of ${names}.`,
  };
}

/** Stages that are drawn. Each is smoothed on its own: what trains is not the same before and after. */
const partsOf = (run: OverlaidRun, stage: OverlayOptions['stage']) =>
  stage === 'both' ? [run.stage1, run.stage2] : [run[stage]];

function seriesOf(
  run: OverlaidRun,
  { metric, stage, smoothing }: OverlayOptions,
  { longest, isCrowd }: { longest: number; isCrowd: boolean },
): LineSeries {
  const { factor, format } = quantities[metric];
  const y = partsOf(run, stage)
    .flatMap((part) => smooth(part, smoothing))
    .map((value) => (value === null ? null : value * factor));
  const name = shortName(run.name);
  const unit = factor === 100 ? ' %' : '';
  const turn = stage === 'both' ? run.stage1.length : -1;
  const size = longest <= maxMarks ? 4 : 0;
  return {
    kind: 'line',
    name,
    colour: run.colour,
    x: y.map((_, index) => index + 1),
    y,
    labels: y.map((value, index) => {
      const figure = value === null ? '' : `${format(value)}${unit}`;
      return isCrowd ? `${name}\nepoch ${index + 1}: ${figure}` : figure;
    }),
    hasNamedLabels: !isCrowd,
    style: 'solid',
    width: isCrowd ? 1.2 : 2,
    marks: isCrowd ? null : { shape: 'diamond', size: y.map((_, index) => (index === turn ? 9 : size)) },
  };
}

const capitalized = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
