import { describe, expect, it } from 'vitest';
import { type Chart, epochAxis, type LineSeries, type PointSeries } from '@/lib/series/chart.ts';
import { toPlotly } from './traces.ts';

const line: LineSeries = {
  kind: 'line',
  name: '<i>one</i>',
  colour: 'var(--run-1)',
  x: [1, 2, 3],
  y: [25, null, 0],
  labels: ['25 & more', '', 'first\nsecond'],
  hasNamedLabels: true,
  style: 'solid',
  width: 2,
  markers: null,
};
const points: PointSeries = {
  kind: 'points',
  name: 'group',
  style: 'filled',
  points: [
    { x: 60, y: 75, colour: 'var(--run-2)', size: 7, id: 'a', heading: '<b>', label: 'val 75 %\ntest 50 %' },
    { x: 0, y: 70, colour: 'var(--run-3)', size: 9, id: 'b', label: 'at 0 s' },
  ],
};
const chart: Chart = {
  x: epochAxis(1, 4),
  y: { title: 'accuracy, %', scale: 'linear', domain: 'data', ticks: 'auto' },
  series: [line],
  rules: [],
  notes: [],
  headroom: 'none',
  hasLegend: false,
  hover: 'same x',
  view: 'accuracy',
  description: 'a chart',
};
const dataOf = (series: Chart['series'], more: Partial<Chart> = {}) => toPlotly({ ...chart, ...more, series }).data;

describe('a line', () => {
  it('is drawn with its gaps, and its texts are escaped', () => {
    expect(dataOf([line])).toEqual([
      {
        type: 'scatter',
        mode: 'lines',
        name: '&lt;i&gt;one&lt;/i&gt;',
        x: [1, 2, 3],
        y: [25, null, 0],
        connectgaps: false,
        line: { color: 'var(--run-1)', width: 2, dash: 'solid' },
        text: ['25 &amp; more', '', 'first<br>second'],
        hovertemplate: '%{text}',
      },
    ]);
  });

  it('can be dashed and stepped, have markers, connect gaps, and have labels without its name', () => {
    const [trace] = dataOf([
      {
        ...line,
        style: 'dashed',
        isStepped: true,
        connectsGaps: true,
        hasNamedLabels: false,
        markers: { shape: 'diamond', size: [4, 4, 9] },
      },
    ]);
    expect(trace).toMatchObject({
      mode: 'lines+markers',
      connectgaps: true,
      line: { dash: '5px,3px', shape: 'hv' },
      marker: { color: 'var(--run-1)', symbol: 'diamond', size: [4, 4, 9] },
      hovertemplate: '%{text}<extra></extra>',
    });
  });

  it('is in front of its band and unsmoothed values, which have no hover labels', () => {
    const traces = dataOf([{ ...line, band: { low: [20, null, -5], high: [30, null, 5] }, unsmoothed: [26, null, 1] }]);
    expect(traces.map(({ y, opacity, fill, hoverinfo }) => ({ y, opacity, fill, hoverinfo }))).toEqual([
      { y: [20, null, -5], opacity: undefined, fill: undefined, hoverinfo: 'skip' },
      { y: [30, null, 5], opacity: 0.2, fill: 'tonexty', hoverinfo: 'skip' },
      { y: [26, null, 1], opacity: 0.3, fill: undefined, hoverinfo: 'skip' },
      { y: [25, null, 0], opacity: undefined, fill: undefined, hoverinfo: undefined },
    ]);
  });

  it('has gaps on a logarithmic axis at values of zero or less', () => {
    const series = [{ ...line, band: { low: [20, null, -5], high: [30, null, 5] } }];
    const traces = dataOf(series, { y: { ...chart.y, scale: 'log' } });
    expect(traces.map(({ y }) => y)).toEqual([
      [20, null, null],
      [30, null, 5],
      [25, null, null],
    ]);
  });
});

describe('points', () => {
  it('are filled, and have a heading and a label', () => {
    expect(dataOf([points])).toMatchObject([
      {
        mode: 'markers',
        x: [60, 0],
        y: [75, 70],
        ids: ['a', 'b'],
        marker: { color: ['var(--run-2)', 'var(--run-3)'], size: [7, 9], line: { color: 'var(--panel)', width: 1 } },
        text: ['<b>&lt;b&gt;</b><br>val 75 %<br>test 50 %', 'at 0 s'],
        hovertemplate: '%{text}<extra></extra>',
      },
    ]);
  });

  it('can be rings', () => {
    expect(dataOf([{ ...points, style: 'ring' }])).toMatchObject([
      { marker: { color: 'var(--panel)', line: { color: ['var(--run-2)', 'var(--run-3)'], width: 2 } } },
    ]);
  });

  it('have a single size and colour if all are equal, which avoids a bubble chart', () => {
    const alike = [1, 2].map((x) => ({ x, y: 1, size: 9, colour: 'var(--run-1)', label: '' }) as const);
    const [trace] = dataOf([{ ...points, style: 'ring', points: alike }]);
    expect(trace!.marker).toMatchObject({ size: 9, line: { color: 'var(--run-1)', width: 2 } });
    // With undefined ids, Plotly would treat all as the same point.
    expect(trace).not.toHaveProperty('ids');
  });

  it('are omitted if a logarithmic axis cannot show them', () => {
    const x = { title: 'time, s', scale: 'log', domain: 'data', ticks: 'auto' } as const;
    expect(dataOf([points], { x })[0]!.ids).toEqual(['a']);
  });
});

describe('the layout', () => {
  it('has vertical rules, and notes next to them or at a value', () => {
    const { shapes, annotations } = toPlotly({
      ...chart,
      rules: [{ x: 2.5, style: 'dotted', colour: 'var(--line-strong)' }],
      notes: [
        { text: 'stage 1', x: 2.5, y: 'top', side: 'left', colour: 'var(--faint)' },
        { text: '<2', x: 0, y: 1, side: 'above', colour: 'var(--soft)' },
      ],
    }).layout;
    expect(shapes).toMatchObject([{ x0: 2.5, x1: 2.5, yref: 'paper', line: { dash: 'dot' } }]);
    expect(annotations).toMatchObject([
      { x: 2.5, y: 1, yref: 'paper', text: 'stage 1 ', xanchor: 'right', yanchor: 'bottom' },
      { x: 0, y: 1, yref: 'y', text: '&lt;2', xanchor: 'center', yanchor: 'bottom', yshift: 4 },
    ]);
  });

  it('reserves headroom, and has a legend only if the chart does', () => {
    const margins = (['none', 'notes', 'legend', 'notes and legend'] as const).map(
      (headroom) => toPlotly({ ...chart, headroom }).layout.margin.t,
    );
    expect(margins).toEqual([12, 24, 40, 44]);
    expect(toPlotly(chart).layout).toMatchObject({ showlegend: false, hovermode: 'x unified', uirevision: 'accuracy' });
    expect(toPlotly({ ...chart, hasLegend: true, hover: 'nearest' }).layout).toMatchObject({
      showlegend: true,
      hovermode: 'closest',
      legend: { orientation: 'h' },
    });
  });
});
