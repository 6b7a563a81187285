import { describe, expect, it } from 'vitest';
import { type Axis, type Chart, epochAxis } from '@/lib/series/chart.ts';
import { axesOf, logarithmicStep } from './axes.ts';

const fits: Axis = { title: 'loss', scale: 'linear', domain: 'data', ticks: 'auto' };

const chartWith = (y: (number | null)[], axes: Partial<Pick<Chart, 'x' | 'y'>> = {}): Chart => ({
  x: epochAxis(1, y.length),
  y: fits,
  ...axes,
  series: [
    {
      kind: 'line',
      name: '',
      colour: 'var(--run-0)',
      x: y.map((_, index) => index + 1),
      y,
      labels: y.map(() => ''),
      hasNamedLabels: false,
      style: 'solid',
      width: 2,
      markers: null,
    },
  ],
  rules: [],
  notes: [],
  headroom: 'none',
  hasLegend: false,
  hover: 'same x',
  view: '',
  description: '',
});

describe('axesOf', () => {
  it('has integer epoch ticks, one for each of a few epochs', () => {
    const xaxis = (epochs: number) => axesOf(chartWith(new Array(epochs).fill(1))).xaxis;
    expect(xaxis(4)).toMatchObject({ title: { text: 'epoch' }, range: [0.5, 4.5], tickformat: 'd', dtick: 1 });
    expect(xaxis(40)).toMatchObject({ range: [0.5, 40.5], nticks: 10 });
    expect(xaxis(40)).not.toHaveProperty('dtick');
  });

  it('fits the data, including zero on request', () => {
    const { xaxis, yaxis } = axesOf(chartWith([1, 2], { x: { ...fits, title: 'time, s', domain: 'data and zero' } }));
    expect(xaxis).toMatchObject({ title: { text: 'time, s' }, rangemode: 'tozero' });
    expect(yaxis).not.toHaveProperty('range');
    expect(yaxis).not.toHaveProperty('type');
  });

  it('has custom ticks with line breaks, and can be hidden', () => {
    const { xaxis, yaxis } = axesOf(
      chartWith([0, 1], {
        x: { ...fits, domain: [-0.15, 1.4], ticks: [{ at: 0, text: 'rate\n<2' }] },
        y: { ...fits, domain: [-0.12, 1.12], ticks: 'none' },
      }),
    );
    expect(xaxis).toMatchObject({ tickvals: [0], ticktext: ['rate<br>&lt;2'], range: [-0.15, 1.4], fixedrange: true });
    expect(yaxis).toEqual({ visible: false, range: [-0.12, 1.12], fixedrange: true });
  });

  it('has a logarithmic axis with ticks at powers of ten', () => {
    const y: Axis = { ...fits, scale: 'log', ticks: 'power' };
    expect(axesOf(chartWith([1e-5, 1e-3], { y })).yaxis).toMatchObject({ type: 'log', tickformat: '.0e', dtick: 1 });
    expect(axesOf(chartWith([3, 40], { y: { ...y, ticks: 'short' } })).yaxis).toMatchObject({ dtick: 'D2' });
    // No values yet.
    expect(axesOf(chartWith([null], { y })).yaxis).toMatchObject({ dtick: 1 });
  });

  it('has few ticks whatever the values, including zero', () => {
    const y: Axis = { ...fits, scale: 'log', ticks: 'short' };
    const { yaxis } = axesOf(chartWith([0.5, 0, 1e285, null], { y })) as { yaxis: { dtick: number } };
    expect(yaxis.dtick).toBeGreaterThan(25);
    expect((286 * 1.1) / yaxis.dtick).toBeLessThan(10);
  });
});

it.each([0, 1, 2.9, 3.1, 8, 9, 12, 40, 300, 620])('a span of %s decades has at most about ten ticks', (decades) => {
  for (const isFine of [true, false]) {
    const step = logarithmicStep(decades, isFine);
    const ticks = step === 'D2' ? 3 * decades * 1.1 + 1 : (decades * 1.1) / step + 1;
    expect(ticks).toBeLessThan(11);
  }
});
