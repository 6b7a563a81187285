import { describe, expect, it } from 'vitest';
import type { Chart, PointSeries } from './chart.ts';
import { prepareScatter, type ScatterPoint, sizeOf } from './scatter.ts';

const point = (id: string, by: string | null, more: Partial<ScatterPoint> = {}): ScatterPoint => ({
  id,
  number: 3,
  name: id,
  seconds: 60,
  val: 0.75,
  test: 0.5,
  n_unfreeze: 0,
  by,
  ...more,
});
const groupsOf = ({ series }: Chart) => series as PointSeries[];
const options = { accuracy: 'val', logarithmic: false, field: null } as const;

describe('prepareScatter', () => {
  it('has a point for each run with that accuracy, in the run’s colour', () => {
    const chart = prepareScatter([point('a', null), point('b', null, { val: null })], options);
    expect(chart.series).toMatchObject([
      { kind: 'points', points: [{ x: 60, y: 75, id: 'a', colour: 'var(--run-3)' }] },
    ]);
    expect(chart.x).toMatchObject({ title: 'time, s', domain: 'data and zero' });
    expect(chart.description).toBe('1 run by time and validation accuracy.');
  });

  it('shows test accuracy, and time on a logarithmic axis, on request', () => {
    const chart = prepareScatter([point('a', null)], { ...options, accuracy: 'test', logarithmic: true });
    expect(chart).toMatchObject({ series: [{ points: [{ y: 50 }] }], x: { scale: 'log', domain: 'data' } });
  });

  it('keeps frozen networks visible, and makes areas grow with the number of layers', () => {
    expect(sizeOf(0)).toBe(7);
    expect(sizeOf(102)).toBe(22);
    expect((sizeOf(30) - 7) ** 2 / (sizeOf(10) - 7) ** 2).toBeCloseTo(3, 10);
  });

  it('colours by value, in the order of the values', () => {
    const points = [point('a', '30'), point('b', '4'), point('c', null), point('d', '4')];
    const chart = prepareScatter(points, { ...options, field: 'batch_size' });
    const found = groupsOf(chart).map(({ name, points }) => [name, ...points.map(({ id, colour }) => [id, colour])]);
    expect(found).toEqual([
      ['4', ['b', 'var(--run-0)'], ['d', 'var(--run-0)']],
      ['30', ['a', 'var(--run-1)']],
      ['not in log', ['c', 'var(--run-2)']],
    ]);
    expect([chart.hasLegend, chart.headroom]).toEqual([true, 'legend']);
  });

  it('groups rare values as others if there are more values than colours', () => {
    const points = [...Array.from({ length: 13 }, (_, index) => point(`p${index}`, String(index))), point('q', '12')];
    const names = prepareScatter(points, { ...options, field: 'seed' }).series.map(({ name }) => name);
    expect([names.length, names.at(-1), names.includes('12')]).toEqual([11, 'others', true]);
  });

  it('treats names as plain text', () => {
    const [group] = groupsOf(prepareScatter([point('<i>x</i>', '<b>')], { ...options, field: 'optimizer' }));
    const label = 'val 75.00 %, test 50.00 %\n60 s, N = 0\noptimizer <b>';
    expect(group).toMatchObject({ name: '<b>', points: [{ heading: '<i>x</i>', label }] });
  });
});
