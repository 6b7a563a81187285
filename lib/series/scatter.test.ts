import { describe, expect, it } from 'vitest';
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
const options = { accuracy: 'val', logarithmic: false, field: null } as const;

describe('prepareScatter', () => {
  it('has a point for each run that has the accuracy, in the run’s colour', () => {
    const { traces, description } = prepareScatter([point('a', null), point('b', null, { val: null })], options);
    expect(traces).toHaveLength(1);
    expect(traces[0]).toMatchObject({ x: [60], y: [75], ids: ['a'], marker: { color: ['var(--run-3)'] } });
    expect(description).toBe('1 runs by time and validation accuracy.');
  });

  it('shows test accuracy, and time on a logarithmic axis, when asked', () => {
    const { traces, layout } = prepareScatter([point('a', null)], { ...options, accuracy: 'test', logarithmic: true });
    expect([traces[0]!.y, layout.xaxis]).toMatchObject([[50], { type: 'log' }]);
  });

  it('lets a frozen network be seen, and areas grow with the layers', () => {
    expect(sizeOf(0)).toBe(7);
    expect(sizeOf(102)).toBe(22);
    expect((sizeOf(30) - 7) ** 2 / (sizeOf(10) - 7) ** 2).toBeCloseTo(3, 10);
  });

  it('colours by value, in the order of the values', () => {
    const points = [point('a', '30'), point('b', '4'), point('c', null), point('d', '4')];
    const { traces, layout } = prepareScatter(points, { ...options, field: 'batch_size' });
    expect(traces.map(({ name, ids, marker }) => [name, ids, marker.color])).toEqual([
      ['–', ['c'], 'var(--run-0)'],
      ['4', ['b', 'd'], 'var(--run-1)'],
      ['30', ['a'], 'var(--run-2)'],
    ]);
    expect(layout.showlegend).toBe(true);
  });

  it('gathers what is rare where there are more values than colours', () => {
    const points = [...Array.from({ length: 13 }, (_, index) => point(`p${index}`, String(index))), point('q', '12')];
    const names = prepareScatter(points, { ...options, field: 'seed' }).traces.map(({ name }) => name);
    expect([names.length, names.at(-1), names.includes('12')]).toEqual([11, 'others', true]);
  });

  it('takes names as text', () => {
    const [trace] = prepareScatter([point('<i>x</i>', '<b>')], { ...options, field: 'optimizer' }).traces;
    expect(trace!.text![0]).toContain('<b>&lt;i&gt;x&lt;/i&gt;</b>');
    expect(trace!.name).toBe('&lt;b&gt;');
  });
});
