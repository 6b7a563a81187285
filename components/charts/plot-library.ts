import type { Plotly } from 'plotly.js-strict-dist-min';

let loading: Promise<Plotly> | undefined;

/** Loads Plotly on demand: it is over 1 MB, which pages without a visible chart don't need. */
export function loadPlotly(): Promise<Plotly> {
  loading ??= import('plotly.js-strict-dist-min').then((module) => module.default);
  return loading;
}

/** @returns undefined if no chart has requested Plotly yet */
export function loadedPlotly(): Promise<Plotly> | undefined {
  return loading;
}
