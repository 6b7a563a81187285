import type { Axis, Chart } from '@/lib/series/chart.ts';
import { escapeLines } from './markup.ts';

/** A chart's axes in Plotly's layout format (https://plotly.com/javascript/reference/layout/xaxis/). */
export const axesOf = (chart: Chart) => ({ xaxis: xAxis(chart), yaxis: yAxis(chart) });

const common = { linecolor: 'var(--line)', gridcolor: 'var(--line)', zeroline: false, automargin: true };

const titleOf = (text: string) => ({ text, font: { color: 'var(--faint)', size: 11 }, standoff: 8 });

const formats = { auto: undefined, integer: 'd', power: '.0e', prefix: '~s', short: '~g', none: undefined };

function xAxis(chart: Chart): object {
  const { title, ticks, domain } = chart.x;
  if (typeof ticks !== 'string') {
    return {
      ...fixed(chart.x),
      showgrid: false,
      zeroline: false,
      tickvals: ticks.map(({ at }) => at),
      ticktext: ticks.map(({ text }) => escapeLines(text)),
      tickangle: 0,
    };
  }
  const isRange = typeof domain !== 'string';
  // Few integers: one tick each.
  const isShort = ticks === 'integer' && isRange && domain[1] - domain[0] < 11;
  return {
    ...common,
    title: titleOf(title),
    showgrid: false,
    unifiedhovertitle: { text: `${title} %{x}` },
    ...(isRange && { nticks: 10 }),
    ...scaleOf(chart, 'x'),
    ...(isShort && { dtick: 1 }),
  };
}

function yAxis(chart: Chart): object {
  const { title, ticks } = chart.y;
  if (ticks === 'none') return { visible: false, ...fixed(chart.y) };
  return { ...common, title: titleOf(title), nticks: 5, ...scaleOf(chart, 'y') };
}

const fixed = ({ domain }: Axis) => ({ range: domain, fixedrange: true });

function scaleOf(chart: Chart, name: 'x' | 'y'): object {
  const { scale, domain, ticks } = chart[name];
  const format = typeof ticks === 'string' ? formats[ticks] : undefined;
  const tickformat = format && { tickformat: format };
  if (scale === 'log') {
    return { type: 'log', ...tickformat, dtick: logarithmicStep(decadesOf(chart, name), ticks === 'short') };
  }
  if (domain === 'data') return { ...tickformat };
  return domain === 'data and zero' ? { ...tickformat, rangemode: 'tozero' } : { ...tickformat, range: [...domain] };
}

/** Approximate limit for the ticks of a logarithmic axis: Plotly hangs with hundreds. */
const maxTicks = 10;

/**
 * @param decades powers of ten that the values span
 * @param isFine whether to add ticks at 2 and 5 between the powers, if there are few
 * @returns Plotly's `dtick`: the decades between two ticks, or `D2`
 */
export function logarithmicStep(decades: number, isFine: boolean): number | 'D2' {
  if (isFine && decades <= 3) return 'D2';
  // The axis extends slightly beyond the values.
  return Math.max(1, Math.ceil((decades * 1.1) / (maxTicks - 1)));
}

/** The powers of ten that an axis' positive values span; a logarithmic axis cannot show others. */
function decadesOf(chart: Chart, name: 'x' | 'y'): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of valuesOf(chart, name)) {
    if (value === null || !(value > 0)) continue;
    const power = Math.log10(value);
    [low, high] = [Math.min(low, power), Math.max(high, power)];
  }
  return high > low ? high - low : 0;
}

const valuesOf = ({ series }: Chart, name: 'x' | 'y'): (number | null)[] =>
  series.flatMap((each) => {
    if (each.kind === 'points') return each.points.map((point) => point[name]);
    return name === 'x' ? each.x : [each.y, each.unsmoothed ?? [], each.band?.low ?? [], each.band?.high ?? []].flat();
  });
