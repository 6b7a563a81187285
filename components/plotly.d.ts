/** The little of Plotly that is used here; the package has no types of its own. */
declare module 'plotly.js-strict-dist-min' {
  export type Trace = Record<string, unknown>;
  export type Layout = Record<string, unknown>;
  export interface Plotly {
    react(element: HTMLElement, traces: Trace[], layout: Layout, config: Record<string, unknown>): Promise<void>;
    purge(element: HTMLElement): void;
    Plots: { resize(element: HTMLElement): void };
  }
  const plotly: Plotly;
  export default plotly;
}
