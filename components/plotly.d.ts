/** The little of Plotly that is used here; the package has no types of its own. */
declare module 'plotly.js-strict-dist-min' {
  export interface Plotly {
    react(element: HTMLElement, traces: object[], layout: object, config: object): Promise<void>;
    purge(element: HTMLElement): void;
    Plots: { resize(element: HTMLElement): void };
  }
  const plotly: Plotly;
  export default plotly;
}
