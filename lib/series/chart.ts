/**
 * What a chart shows, apart from whatever draws it: lines and points in units of the axes, colours as tokens, texts without
 * markup. Line breaks in a text are `\n`.
 */

/** A colour that follows the theme: a custom property of `globals.css`. */
export type ColourToken = `var(--${string})`;

export interface Chart {
  x: Axis;
  y: Axis;
  /** In drawing order, the first at the back. */
  series: Series[];
  rules: Rule[];
  notes: Note[];
  /** What the room above the lines is kept for, drawn now or not, so that nothing jumps. */
  headroom: 'none' | 'notes' | 'legend' | 'notes and legend';
  hasLegend: boolean;
  /** Pointing at a chart labels every series at that x, or the nearest point alone. */
  hover: 'same x' | 'nearest';
  /** Charts of the same view show the same quantity at another time: what a person hid or moved stays as it is. */
  view: string;
  /** The sentence that stands for the chart where it cannot be seen. */
  description: string;
}

export interface Axis {
  /** With the unit: `accuracy, %`. */
  title: string;
  scale: 'linear' | 'log';
  /** From and to, in units of the axis; otherwise it fits the data, or the data and zero. */
  domain: readonly [number, number] | 'data' | 'data and zero';
  ticks: Ticks;
}

/**
 * How values are written on an axis: as whole numbers, as powers (`1e-3`), with SI prefixes (`2k`), in the shortest way, or
 * not at all. A list has the only places that are marked, and a text for each.
 */
export type Ticks = 'auto' | 'whole' | 'power' | 'prefix' | 'short' | 'none' | readonly { at: number; text: string }[];

export type Series = LineSeries | PointSeries;

export interface LineSeries {
  kind: 'line';
  name: string;
  colour: ColourToken;
  x: number[];
  /** Null is a gap. */
  y: (number | null)[];
  /** Of each point, for whoever points at it. */
  labels: string[];
  /** Whether the series' name stands beside a label. */
  hasNamedLabels: boolean;
  /** Training is dashed, everything else solid. */
  style: 'solid' | 'dashed';
  /** In pixels. */
  width: number;
  /** A value holds up to the next one: steps instead of slopes. */
  isStepped?: boolean;
  /** The line crosses gaps. */
  crossesGaps?: boolean;
  /** Points on the line, diameters in pixels; null draws the line alone. */
  marks: { shape: 'circle' | 'diamond'; size: number | number[] } | null;
  /** A range around the line, of the same colour, faint. */
  band?: { low: (number | null)[]; high: (number | null)[] };
  /** The values before smoothing: a faint line behind. */
  unsmoothed?: (number | null)[];
}

/** Points without a line. */
export interface PointSeries {
  kind: 'points';
  /** In the legend. */
  name: string;
  points: Point[];
  /** Filled in their colour, or rings of it. */
  style: 'filled' | 'ring';
}

export interface Point {
  x: number;
  y: number;
  colour: ColourToken;
  /** Diameter in pixels. */
  size: number;
  /** For a click. */
  id?: string;
  /** Stands out at the head of its label. */
  heading?: string;
  label: string;
}

/** A vertical line across the chart. */
export interface Rule {
  x: number;
  style: 'solid' | 'dotted';
  colour: ColourToken;
}

/** A short text in the chart. */
export interface Note {
  text: string;
  x: number;
  /** In units of the axis, or above everything that is drawn. */
  y: number | 'top';
  /** On which side of its place it stands; at the top, left or right. */
  side: 'left' | 'right' | 'above' | 'below';
  colour: ColourToken;
}

/** An axis of whole epochs, with half an epoch of room at both ends. */
export const epochAxis = (first: number, last: number): Axis => ({
  title: 'epoch',
  scale: 'linear',
  domain: [first - 0.5, last + 0.5],
  ticks: 'whole',
});

/** Past this many points on a line, their marks would hide it. */
export const maxMarks = 60;

/** Whether there is nothing to draw. */
export const isEmptyChart = ({ series }: Pick<Chart, 'series'>): boolean =>
  series.every((each) => (each.kind === 'line' ? each.x : each.points).length === 0);
