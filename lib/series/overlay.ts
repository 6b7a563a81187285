import type { CurveMetric } from '@/lib/runs/columns.ts';
import { asText } from './as-text.ts';
import { chartLayout, type Figure, type LineTrace, type Token } from './figure.ts';
import { smooth } from './smooth.ts';

export interface OverlaidRun {
  name: string;
  colour: Token;
  /** One figure of every epoch; null is a gap. */
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

/** What each figure is called, and how it is shown. */
export const metricNames: Record<CurveMetric, string> = {
  val_accuracy: 'validation accuracy, %',
  accuracy: 'training accuracy, %',
  val_loss: 'validation loss',
  loss: 'training loss',
  learning_rate: 'learning rate',
};
const isShare = (metric: CurveMetric): boolean => metric === 'val_accuracy' || metric === 'accuracy';

/** Past this many runs one hover for all would cover the chart, and marks would hide the lines. */
const mostTogether = 12;
const mostMarks = 60;

/** One figure of several runs by epoch; a larger mark stands where a run's fine-tuning begins. */
export function prepareOverlay(runs: readonly OverlaidRun[], options: OverlayOptions): Figure {
  const { metric, stage, smoothing, logarithmic } = options;
  const factor = isShare(metric) ? 100 : 1;
  const ownEpochs = (run: OverlaidRun) => (stage === 'both' ? [...run.stage1, ...run.stage2] : run[stage]);
  const longest = Math.max(1, ...runs.map((run) => ownEpochs(run).length));
  const isCrowd = runs.length > mostTogether;
  const markSize = longest <= mostMarks ? 4 : 0;
  const traces = runs.map((run): LineTrace => {
    const { name, colour } = run;
    // Each stage on its own: what trains is not the same before and after.
    const parts = stage === 'both' ? [run.stage1, run.stage2] : [ownEpochs(run)];
    const y = parts.flatMap((part) => smooth(part, smoothing)).map((value) => (value === null ? null : value * factor));
    const turn = stage === 'both' ? run.stage1.length : -1;
    return {
      type: 'scatter',
      mode: isCrowd ? 'lines' : 'lines+markers',
      name: asText(name),
      connectgaps: false,
      x: y.map((_, index) => index + 1),
      y,
      line: { color: colour, width: isCrowd ? 1.2 : 2, dash: 'solid' },
      marker: {
        color: colour,
        size: y.map((_, index) => (index === turn ? 9 : markSize)),
        symbol: 'diamond',
        line: { color: colour, width: 0 },
      },
      hovertemplate: hoverOf(metric, isCrowd),
    };
  });
  const names = runs.length > mostTogether ? `${runs.length} runs` : runs.map((run) => run.name).join(', ');
  const isLog = logarithmic || metric === 'learning_rate';
  return {
    traces,
    layout: {
      ...chartLayout({ x: 'epoch', y: metricNames[metric], xRange: [1, longest], logarithmic: isLog }),
      margin: topless,
      ...(isCrowd && { hovermode: 'closest' }),
      // Another figure has another scale: what was zoomed is over then.
      uirevision: `${metric} ${stage} ${isLog}`,
    },
    description: runs.length === 0 ? 'No run to draw yet.' : `${capital(metricNames[metric])} by epoch of ${names}.`,
  };
}

function hoverOf(metric: CurveMetric, isCrowd: boolean): string {
  const value = isShare(metric) ? '%{y:.2f} %' : metric === 'learning_rate' ? '%{y:.2~e}' : '%{y:.4f}';
  return isCrowd ? `%{fullData.name}<br>epoch %{x}: ${value}<extra></extra>` : value;
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1).replace(', %', '');

/** No legend above it: the table beside it has the colours. */
const topless = { l: 52, r: 12, t: 12, b: 40 };
