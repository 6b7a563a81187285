import type { Chart, LineSeries, Note, PointSeries, Rule } from '@/lib/series/chart.ts';
import { axesOf } from './axes.ts';
import { escapeLines, escapeMarkup } from './markup.ts';

/**
 * A chart in Plotly's format (https://plotly.com/javascript/reference/). Colours stay tokens: whoever draws it puts their
 * values in.
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

/** The part of Plotly's scatter trace that is used here. */
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

/** Zero and less have no place on a logarithmic axis: they are gaps. */
const gapped = (values: Values, { scale }: Chart['y']): Values =>
  scale === 'log' ? values.map((value) => (value !== null && value > 0 ? value : null)) : values;

/** What lies behind the line first. */
function lineTraces(series: LineSeries, { y: axis }: Chart): Trace[] {
  const { colour, width, marks, band, unsmoothed } = series;
  const line = { color: colour, width, dash: series.style === 'dashed' ? '5px,3px' : 'solid' };
  const trace: Trace = {
    type: 'scatter',
    mode: marks ? 'lines+markers' : 'lines',
    name: escapeMarkup(series.name),
    x: series.x,
    y: gapped(series.y, axis),
    connectgaps: series.crossesGaps ?? false,
    line: series.isStepped ? { ...line, shape: 'hv' } : line,
    ...(marks && {
      marker: { color: colour, size: marks.size, symbol: marks.shape, line: { color: colour, width: 0 } },
    }),
    text: series.labels.map(escapeLines),
    hovertemplate: series.hasNamedLabels ? '%{text}' : '%{text}<extra></extra>',
  };
  const behind: Omit<Trace, 'y'> = {
    type: 'scatter',
    mode: 'lines',
    x: series.x,
    connectgaps: false,
    hoverinfo: 'skip',
    showlegend: false,
  };
  const edge = { ...behind, line: { ...line, width: 0 } };
  const around: Trace[] = band
    ? [
        { ...edge, y: gapped(band.low, axis) },
        { ...edge, y: gapped(band.high, axis), fill: 'tonexty', fillcolor: colour, opacity: 0.2 },
      ]
    : [];
  const faint: Trace[] = unsmoothed ? [{ ...behind, line, y: gapped(unsmoothed, axis), opacity: 0.3 }] : [];
  return [...around, ...faint, trace];
}

function pointTrace({ name, style, points }: PointSeries, { x, y }: Chart): Trace {
  const drawn = points.filter((point) => (x.scale !== 'log' || point.x > 0) && (y.scale !== 'log' || point.y > 0));
  // A list of sizes makes a bubble chart of it, whose points Plotly draws faint.
  const colours = oneOrAll(drawn.map(({ colour }) => colour));
  const sizes = oneOrAll(drawn.map(({ size }) => size));
  return {
    type: 'scatter',
    mode: 'markers',
    name: escapeMarkup(name),
    x: drawn.map((point) => point.x),
    y: drawn.map((point) => point.y),
    // Plotly draws one point for each id.
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

/** Pixels above the lines. */
const headrooms = { none: 12, notes: 24, legend: 40, 'notes and legend': 44 };

function marginOf({ y, headroom }: Chart) {
  // Without a vertical axis notes stand in its place, and names of two lines below.
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

/** A text stands beside its place with a space between, or 4 pixels off it. */
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
