import type { Chart, LineSeries, Note, PointSeries, Rule } from '@/lib/series/chart.ts';
import { axesOf } from './axes.ts';
import { escapeLines, escapeMarkup } from './markup.ts';

/**
 * Converts a chart to Plotly's format (https://plotly.com/javascript/reference/). Colours remain tokens; the caller
 * resolves them.
 */
export function toPlotly(chart: Chart) {
  const { rules, notes, headroom, hasLegend, hover, view } = chart;
  const data = chart.series.flatMap((series) =>
    series.kind === 'line' ? lineTraces(series, chart) : [pointTrace(series, chart)],
  );
  const layout = {
    autosize: true,
    margin: marginOf(chart),
    paper_bgcolor: 'var(--panel)',
    plot_bgcolor: 'var(--panel)',
    font: { size: 11, color: 'var(--soft)' },
    hovermode: hover === 'same x' ? 'x unified' : 'closest',
    dragmode: false,
    hoverlabel: { bgcolor: 'var(--panel)', bordercolor: 'var(--line-strong)', font: { color: 'var(--ink)' } },
    modebar: { bgcolor: 'transparent', color: 'var(--faint)', activecolor: 'var(--ink)' },
    uirevision: view,
    showlegend: hasLegend,
    ...(hasLegend && { legend: legends[headroom === 'legend' ? 'left' : 'right'] }),
    ...axesOf(chart),
    shapes: rules.map(shapeOf),
    annotations: notes.map(annotationOf),
  };
  return { data, layout };
}

type Values = (number | null)[];

/** The parts of Plotly's scatter trace used here. */
interface Trace {
  type: 'scatter';
  mode: 'lines' | 'lines+markers' | 'markers';
  name?: string;
  x: number[];
  y: Values;
  connectgaps?: boolean;
  line?: { color: string; width: number; dash: string; shape?: 'hv' };
  marker?: {
    color: string | string[];
    size: number | number[];
    symbol?: string;
    opacity?: number;
    line: { color: string | string[]; width: number };
  };
  text?: string[];
  hovertemplate?: string;
  ids?: string[];
  hoverinfo?: 'skip';
  showlegend?: false;
  opacity?: number;
  fill?: 'tonexty';
  fillcolor?: string;
}

/** Replaces values ≤ 0 by gaps on a logarithmic axis. */
const withGaps = (values: Values, { scale }: Chart['y']): Values =>
  scale === 'log' ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;

/** Traces in drawing order: band, unsmoothed values, line. */
function lineTraces(series: LineSeries, { y: axis }: Chart): Trace[] {
  const { colour, width, markers, band, unsmoothed } = series;
  const line = { color: colour, width, dash: series.style === 'dashed' ? '5px,3px' : 'solid' };
  const trace: Trace = {
    type: 'scatter',
    mode: markers ? 'lines+markers' : 'lines',
    name: escapeMarkup(series.name),
    x: series.x,
    y: withGaps(series.y, axis),
    connectgaps: series.connectsGaps ?? false,
    line: series.isStepped ? { ...line, shape: 'hv' } : line,
    ...(markers && {
      marker: { color: colour, size: markers.size, symbol: markers.shape, line: { color: colour, width: 0 } },
    }),
    text: series.labels.map(escapeLines),
    hovertemplate: series.hasNamedLabels ? '%{text}' : '%{text}<extra></extra>',
  };
  const background: Omit<Trace, 'y'> = {
    type: 'scatter',
    mode: 'lines',
    x: series.x,
    connectgaps: false,
    hoverinfo: 'skip',
    showlegend: false,
  };
  const edge = { ...background, line: { ...line, width: 0 } };
  const bandTraces: Trace[] = band
    ? [
        { ...edge, y: withGaps(band.low, axis) },
        { ...edge, y: withGaps(band.high, axis), fill: 'tonexty', fillcolor: colour, opacity: 0.2 },
      ]
    : [];
  const unsmoothedTraces: Trace[] = unsmoothed
    ? [{ ...background, line, y: withGaps(unsmoothed, axis), opacity: 0.3 }]
    : [];
  return [...bandTraces, ...unsmoothedTraces, trace];
}

function pointTrace({ name, style, points }: PointSeries, { x, y }: Chart): Trace {
  const drawn = points.filter((point) => (x.scale !== 'log' || point.x > 0) && (y.scale !== 'log' || point.y > 0));
  // With a list of sizes, Plotly draws a bubble chart with semi-transparent points.
  const colours = oneOrAll(drawn.map(({ colour }) => colour));
  const sizes = oneOrAll(drawn.map(({ size }) => size));
  return {
    type: 'scatter',
    mode: 'markers',
    name: escapeMarkup(name),
    x: drawn.map((point) => point.x),
    y: drawn.map((point) => point.y),
    // Plotly draws one point per id.
    ...(drawn.every(({ id }) => id !== undefined) && { ids: drawn.map(({ id }) => id!) }),
    text: drawn.map(({ heading, label }) => {
      const lines = escapeLines(label);
      return heading === undefined ? lines : `<b>${escapeMarkup(heading)}</b><br>${lines}`;
    }),
    marker:
      style === 'ring'
        ? { color: 'var(--panel)', size: sizes, line: { color: colours, width: 2 } }
        : { color: colours, size: sizes, opacity: 0.85, line: { color: 'var(--panel)', width: 1 } },
    hovertemplate: '%{text}<extra></extra>',
  };
}

const oneOrAll = <T>(values: T[]): T | T[] =>
  values.length > 0 && values.every((value) => value === values[0]) ? values[0]! : values;

/** Top margins in pixels. */
const headrooms = { none: 12, notes: 24, legend: 40, 'notes and legend': 44 };

function marginOf({ y, headroom }: Chart) {
  // Charts without a vertical axis have notes there instead, and two-line axis titles below.
  const sides = y.ticks === 'none' ? { l: 24, r: 56, b: 44 } : { l: 52, r: 12, b: 40 };
  return { ...sides, t: headrooms[headroom] };
}

const legends = {
  left: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 11 }, itemsizing: 'constant' },
  right: { orientation: 'h', x: 1, xanchor: 'right', y: 1.12, yanchor: 'bottom', font: { size: 11 } },
};

const shapeOf = ({ x, style, colour }: Rule) => ({
  type: 'line',
  xref: 'x',
  yref: 'paper',
  x0: x,
  x1: x,
  y0: 0,
  y1: 1,
  line: { color: colour, width: 1, dash: style === 'dotted' ? 'dot' : 'solid' },
});

/** Notes are one space (left, right) or 4 pixels (above, below) away from their position. */
const sides = {
  left: { xanchor: 'right', yanchor: 'bottom' },
  right: { xanchor: 'left', yanchor: 'bottom' },
  above: { xanchor: 'center', yanchor: 'bottom', yshift: 4 },
  below: { xanchor: 'center', yanchor: 'top', yshift: -4 },
};

function annotationOf({ text, x, y, side, colour }: Note) {
  const plain = escapeMarkup(text);
  return {
    x,
    xref: 'x',
    ...(y === 'top' ? { y: 1, yref: 'paper' } : { y, yref: 'y' }),
    text: side === 'left' ? `${plain} ` : side === 'right' ? ` ${plain}` : plain,
    showarrow: false,
    ...sides[side],
    font: { size: 10, color: colour },
  };
}
