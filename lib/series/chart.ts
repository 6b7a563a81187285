/**
 * Charts, independent of the library that draws them: series in axis units, colours as CSS tokens, plain text without
 * markup. Line breaks in text are `\n`.
 */

/** A colour that follows the theme: a custom property in `globals.css`. */
export type ColourToken = `var(--${string})`;

export interface Chart {
  x: Axis;
  y: Axis;
  /** In drawing order, back to front. */
  series: Series[];
  rules: Rule[];
  notes: Note[];
  /** Space reserved above the plot area for what may be drawn there, to avoid layout shifts. */
  headroom: 'none' | 'notes' | 'legend' | 'notes and legend';
  hasLegend: boolean;
  /** Hovering labels every series at that x, or only the nearest point. */
  hover: 'same x' | 'nearest';
  /** Updates with the same view keep the user's changes: hidden series, zoom. */
  view: string;
  /** Text alternative, a sentence. */
  description: string;
}

export interface Axis {
  /** Includes the unit: `accuracy, %`. */
  title: string;
  scale: 'linear' | 'log';
  /** [from, to] in axis units; otherwise fits the data, or the data and zero. */
  domain: readonly [number, number] | 'data' | 'data and zero';
  ticks: Ticks;
}

/**
 * Tick format: integers, powers (`1e-3`), SI prefixes (`2k`), the shortest form, or no axis at all. A list gives the
 * position and text of every tick.
 */
export type Ticks =
  | 'auto'
  | 'integer'
  | 'power'
  | 'prefix'
  | 'short'
  | 'none'
  | readonly { at: number; text: string }[];

export type Series = LineSeries | PointSeries;

export interface LineSeries {
  kind: 'line';
  name: string;
  colour: ColourToken;
  x: number[];
  /** Null is a gap. */
  y: (number | null)[];
  /** Hover label of each point. */
  labels: string[];
  /** Whether hover labels include the series' name. */
  hasNamedLabels: boolean;
  /** Training is dashed, everything else solid. */
  style: 'solid' | 'dashed';
  /** Pixels. */
  width: number;
  /** Each value holds until the next: steps instead of slopes. */
  isStepped?: boolean;
  /** Connects the points on either side of a gap. */
  connectsGaps?: boolean;
  /** `size` is the diameter in pixels, for all points or for each; null draws only the line. */
  markers: { shape: 'circle' | 'diamond'; size: number | number[] } | null;
  /** A range around the line, shaded in its colour. */
  band?: { low: (number | null)[]; high: (number | null)[] };
  /** Values before smoothing, drawn as a faint line behind. */
  unsmoothed?: (number | null)[];
}

/** Points without a line. */
export interface PointSeries {
  kind: 'points';
  /** Name in the legend. */
  name: string;
  points: Point[];
  style: 'filled' | 'ring';
}

export interface Point {
  x: number;
  y: number;
  colour: ColourToken;
  /** Diameter, pixels. */
  size: number;
  /** Passed to the click handler. */
  id?: string;
  /** First line of the hover label, bold. */
  heading?: string;
  /** Hover label. */
  label: string;
}

/** A vertical line across the chart. */
export interface Rule {
  x: number;
  style: 'solid' | 'dotted';
  colour: ColourToken;
}

/** A short text inside the chart. */
export interface Note {
  text: string;
  x: number;
  /** In axis units, or above the plot area. */
  y: number | 'top';
  /** Side of its position; only left or right at the top. */
  side: 'left' | 'right' | 'above' | 'below';
  colour: ColourToken;
}

/** An epoch axis with integer ticks and half an epoch of padding at both ends. */
export const epochAxis = (first: number, last: number): Axis => ({
  title: 'epoch',
  scale: 'linear',
  domain: [first - 0.5, last + 0.5],
  ticks: 'integer',
});

/** Lines with more points than this are drawn without markers, which would hide them. */
export const maxMarkers = 60;

/** Whether no series has any points. */
export const isEmptyChart = ({ series }: Pick<Chart, 'series'>): boolean =>
  series.every((each) => (each.kind === 'line' ? each.x : each.points).length === 0);
