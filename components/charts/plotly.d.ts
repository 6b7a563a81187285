/** The parts of Plotly used here; the package has no types. */
declare module 'plotly.js-strict-dist-min' {
  export interface Plotly {
    react(element: HTMLElement, traces: object[], layout: object, config: object): Promise<void>;
    purge(element: HTMLElement): void;
    downloadImage(
      element: HTMLElement,
      options: { format: 'png' | 'svg'; width: number; height: number; scale: number; filename: string },
    ): Promise<void>;
    Plots: { resize(element: HTMLElement): void };
  }
  /** The element of a chart; Plotly adds these methods when it draws there first. */
  export interface PlotlyElement extends HTMLDivElement {
    on?(event: 'plotly_click', listener: (click: { points: { id?: string }[] }) => void): void;
    removeAllListeners?(event: 'plotly_click'): void;
  }
  const plotly: Plotly;
  export default plotly;
}
