/** What a chart is made of, as far as ours need Plotly's format (https://plotly.com/javascript/reference/). */

/** A colour that follows the theme: `var(--name)` of a token in globals.css; components/plot.tsx puts its value in. */
export type Token = `var(--${string})`;

export interface LineTrace {
  type: 'scatter';
  mode: 'lines+markers' | 'markers';
  name: string;
  x: number[];
  /** Null is a gap. */
  y: (number | null)[];
  line?: { color: Token; width: number; dash: 'solid' | 'dash' };
  marker: { color: Token; size: number | number[]; symbol?: string; line?: { color: Token; width: number } };
  connectgaps: boolean;
  customdata?: string[];
  hovertemplate: string;
  showlegend?: boolean;
}

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
  yref: 'paper';
  text: string;
  showarrow: false;
  xanchor: 'left' | 'right';
  yanchor: 'bottom';
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
  /** The first and last epoch that have a place. */
  xRange: [number, number];
  logarithmic?: boolean;
  yFormat?: string;
}

/** The frame that all charts share: titles with units, two faint gridlines' worth of ink, one hover for all at one x. */
export function chartLayout({ x, y, xRange, logarithmic = false, yFormat }: Axes): Record<string, unknown> {
  const axis = {
    gridcolor: 'var(--grid)',
    linecolor: 'var(--line)',
    tickfont: { color: 'var(--ink-faint)', size: 11 },
    zeroline: false,
  };
  const title = (text: string) => ({ text, font: { color: 'var(--ink-faint)', size: 11 }, standoff: 8 });
  return {
    autosize: true,
    margin: { l: 52, r: 12, t: 26, b: 40 },
    paper_bgcolor: 'rgba(0,0,0,0)',
    plot_bgcolor: 'rgba(0,0,0,0)',
    font: { family: 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif', size: 12 },
    hovermode: 'x unified',
    hoverlabel: { bgcolor: 'var(--panel)', bordercolor: 'var(--line)', font: { color: 'var(--ink)', size: 12 } },
    dragmode: false,
    showlegend: false,
    // What a person hid or zoomed stays so while the run goes on.
    uirevision: 'kept',
    xaxis: {
      ...axis,
      title: title(x),
      range: [xRange[0] - 0.5, xRange[1] + 0.5],
      showgrid: false,
      // Whole epochs only.
      nticks: 12,
      tickformat: 'd',
      ...(xRange[1] - xRange[0] < 12 && { dtick: 1 }),
    },
    yaxis: {
      ...axis,
      title: title(y),
      nticks: 5,
      rangemode: 'normal',
      ...(logarithmic && { type: 'log', exponentformat: 'e', dtick: 1 }),
      ...(yFormat && { tickformat: yFormat }),
    },
  };
}
