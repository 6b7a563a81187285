import type { Plotly } from 'plotly.js-strict-dist-min';

let loading: Promise<Plotly> | undefined;

/** Plotly, which is over 1 MB that a page without a chart in view does not load. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import('plotly.js-strict-dist-min').then((module) => module.default);
  return loading;
}

/** @returns undefined where nothing has asked for it yet */
export function loadedPlotly(): Promise<Plotly> | undefined {
  return loading;
}
