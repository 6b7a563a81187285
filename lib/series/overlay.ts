import type { CurveMetric } from '@/lib/runs/columns.ts';
import { type Chart, type ColourToken, epochAxis, type LineSeries, maxMarkers } from './chart.ts';
import { quantities } from './quantities.ts';
import { shortName } from './short-name.ts';
import { smooth } from './smooth.ts';

export interface OverlaidRun {
  name: string;
  colour: ColourToken;
  /** One value per epoch; null is a gap. */
  stage1: readonly (number | null)[];
  stage2: readonly (number | null)[];
}

export interface OverlayOptions {
  metric: CurveMetric;
  stage: 'both' | 'stage1' | 'stage2';
  /** Weight in [0, 1); see `smooth`. */
  smoothing: number;
  logarithmic: boolean;
}

/** With more runs, one hover label for all would cover the chart, and markers would hide the lines. */
const maxDetailed = 12;

/** One metric by epoch for several runs; a larger marker shows where a run's fine-tuning starts. */
export function prepareOverlay(runs: readonly OverlaidRun[], options: OverlayOptions): Chart {
  const { metric, stage, logarithmic } = options;
  const { name: metricName, title } = quantities[metric];
  const longest = Math.max(1, ...runs.map((run) => shownStages(run, stage).flat().length));
  const isCrowded = runs.length > maxDetailed;
  const names = isCrowded ? `${runs.length} runs` : runs.map((run) => run.name).join(', ');
  const isLog = logarithmic || metric === 'learning_rate';
  return {
    x: epochAxis(1, longest),
    y: { title, scale: isLog ? 'log' : 'linear', domain: 'data', ticks: isLog ? 'power' : 'auto' },
    series: runs.map((run) => seriesOf(run, options, { longest, isCrowded })),
    rules: [],
    notes: [],
    // The runs table next to the chart shows the colours.
    headroom: 'none',
    hasLegend: false,
    hover: isCrowded ? 'nearest' : 'same x',
    view: `${metric} ${stage} ${isLog}`,
    description: runs.length === 0 ? 'No runs to plot yet.' : `${capitalized(metricName)} by epoch of ${names}.`,
  };
}

/** The values of the stages to draw. They train different parts of the network, so each is smoothed separately. */
const shownStages = (run: OverlaidRun, stage: OverlayOptions['stage']) =>
  stage === 'both' ? [run.stage1, run.stage2] : [run[stage]];

function seriesOf(
  run: OverlaidRun,
  { metric, stage, smoothing }: OverlayOptions,
  { longest, isCrowded }: { longest: number; isCrowded: boolean },
): LineSeries {
  const { factor, format } = quantities[metric];
  const y = shownStages(run, stage)
    .flatMap((values) => smooth(values, smoothing))
    .map((value) => (value === null ? null : value * factor));
  const name = shortName(run.name);
  const unit = factor === 100 ? ' %' : '';
  const stage2Start = stage === 'both' ? run.stage1.length : -1;
  const size = longest <= maxMarkers ? 4 : 0;
  return {
    kind: 'line',
    name,
    colour: run.colour,
    x: y.map((_, index) => index + 1),
    y,
    labels: y.map((value, index) => {
      const figure = value === null ? '' : `${format(value)}${unit}`;
      return isCrowded ? `${name}\nepoch ${index + 1}: ${figure}` : figure;
    }),
    hasNamedLabels: !isCrowded,
    style: 'solid',
    width: isCrowded ? 1.2 : 2,
    markers: isCrowded ? null : { shape: 'diamond', size: y.map((_, index) => (index === stage2Start ? 9 : size)) },
  };
}

const capitalized = (text: string): string => text[0]!.toUpperCase() + text.slice(1);
