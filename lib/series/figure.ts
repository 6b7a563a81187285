/** What a chart is made of, as far as ours need Plotly's format (https://plotly.com/javascript/reference/). */

/** A colour that follows the theme: a token of `globals.css`. `plot.tsx` puts its value in. */
export type Token = `var(--${string})`;

export interface LineTrace {
  type: 'scatter';
  mode: 'lines+markers' | 'lines' | 'markers';
  name: string;
  x: number[];
  /** Null is a gap. */
  y: (number | null)[];
  line?: { color: Token; width: number; dash: 'solid' | '5px,3px'; shape?: 'hv' };
  marker: {
    color: Token | Token[];
    size: number | number[];
    symbol?: string;
    opacity?: number;
    line?: { color: Token; width: number };
  };
  /** Of each point, for a click. */
  ids?: string[];
  connectgaps: boolean;
  hovertemplate: string;
  /** Of each point, for the hover. */
  text?: string[];
  /** Left out of hover and legend: what only stands behind a line. */
  hoverinfo?: 'skip';
  showlegend?: false;
  opacity?: number;
  /** Fills the room up to the trace before. */
  fill?: 'tonexty';
  fillcolor?: Token;
}

/** A vertical line across the chart. */
export interface Rule {
  type: 'line';
  xref: 'x';
  yref: 'paper';
  x0: number;
  x1: number;
  y0: number;
  y1: number;
  line: { color: Token; width: number; dash: 'solid' | 'dot' };
}

export interface Note {
  x: number;
  y: number;
  xref: 'x';
  yref: 'paper' | 'y';
  text: string;
  showarrow: false;
  xanchor: 'left' | 'right' | 'center';
  yanchor: 'bottom' | 'middle' | 'top';
  /** Pixels upwards. */
  yshift?: number;
  font: { size: number; color: Token };
}

/** Everything a chart shows, and the sentence that stands for it where it cannot be seen. */
export interface Figure {
  traces: LineTrace[];
  layout: Record<string, unknown> & { shapes?: Rule[]; annotations?: Note[] };
  description: string;
}

interface Axes {
  x: string;
  y: string;
  /** The first and last epoch that have a place; null where x is no epoch, and fits what is drawn. */
  xRange: [number, number] | null;
  logarithmic?: boolean;
}

/** The frame that all charts share: titles with units, a few faint gridlines, one hover for all at one x. */
export function chartLayout({ x, y, xRange, logarithmic = false }: Axes): Figure['layout'] {
  const axis = { linecolor: 'var(--line)', gridcolor: 'var(--line)', zeroline: false, automargin: true };
  const title = (text: string) => ({ text, font: { color: 'var(--faint)', size: 11 }, standoff: 8 });
  return {
    autosize: true,
    margin: { l: 52, r: 12, t: 28, b: 40 },
    paper_bgcolor: 'var(--panel)',
    plot_bgcolor: 'var(--panel)',
    font: { size: 11, color: 'var(--soft)' },
    hovermode: 'x unified',
    dragmode: false,
    showlegend: false,
    hoverlabel: { bgcolor: 'var(--panel)', bordercolor: 'var(--line-strong)', font: { color: 'var(--ink)' } },
    modebar: { bgcolor: 'transparent', color: 'var(--faint)', activecolor: 'var(--ink)' },
    // What a person hid or zoomed stays so while the run goes on.
    uirevision: 'kept',
    xaxis: {
      ...axis,
      title: title(x),
      showgrid: false,
      ...(xRange && epochAxis(xRange)),
      unifiedhovertitle: { text: `${x} %{x}` },
    },
    yaxis: {
      ...axis,
      title: title(y),
      nticks: 5,
      ...(logarithmic && { type: 'log', tickformat: '.0e', dtick: 1 }),
    },
  };
}

/** Whole epochs only. */
const epochAxis = ([first, last]: [number, number]) => ({
  range: [first - 0.5, last + 0.5],
  nticks: 10,
  tickformat: 'd',
  ...(last - first < 10 && { dtick: 1 }),
});
