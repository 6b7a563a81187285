import type { Axis, Chart } from '@/lib/series/chart.ts';
import { escapeLines } from './markup.ts';

/** Charts' axes as Plotly's layout has them (https://plotly.com/javascript/reference/layout/xaxis/). */
export const axesOf = (chart: Chart) => ({ xaxis: xAxis(chart), yaxis: yAxis(chart) });

const common = { linecolor: 'var(--line)', gridcolor: 'var(--line)', zeroline: false, automargin: true };

const titleOf = (text: string) => ({ text, font: { color: 'var(--faint)', size: 11 }, standoff: 8 });

const formats = { auto: undefined, whole: 'd', power: '.0e', prefix: '~s', short: '~g', none: undefined };

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
  // Whole numbers only, where each can have a tick.
  const isShort = ticks === 'whole' && isRange && domain[1] - domain[0] < 11;
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

/** How many ticks a logarithmic axis has at the most, or a few more: Plotly hangs on some hundreds. */
const mostTicks = 10;

/**
 * @param decades how many powers of ten the values span
 * @param isFine with 2 and 5 between the powers, as long as there are few
 * @returns Plotly's `dtick`: how many decades apart ticks are, or `D2`
 */
export function logarithmicStep(decades: number, isFine: boolean): number | 'D2' {
  if (isFine && decades <= 3) return 'D2';
  // The axis reaches a little beyond the values.
  return Math.max(1, Math.ceil((decades * 1.1) / (mostTicks - 1)));
}

/** How many powers of ten the positive values of an axis span; the others have no place on it. */
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
