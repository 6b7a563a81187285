import { describe, expect, it } from 'vitest';
import type { LineSeries } from './chart.ts';
import { prepareParallel } from './parallel.ts';

const runs = [
  { name: '<a>', colour: 'var(--run-1)' },
  { name: 'b', colour: 'var(--run-2)' },
  { name: 'c', colour: 'var(--run-3)' },
] as const;
const format = (value: number | string) => `${value}!`;
const axis = (name: string, values: (number | string | null)[]) => ({ name, values, format });

describe('prepareParallel', () => {
  it('places numbers by magnitude, rates by logarithm and words by order', () => {
    const axes = [
      axis('N', [0, 30, 15]),
      axis('rate', [1e-5, 1e-3, 1e-4]),
      axis('optimizer', ['sgd', 'adamw', 'sgd']),
      axis('seed', [42, 42, 42]),
      axis('test', [null, 0.5, 0.75]),
    ];
    const { x, y, series, rules, notes, description } = prepareParallel(runs, axes);
    const [a, b, c] = (series as LineSeries[]).map((line) => line.y.map((value) => value && Number(value.toFixed(9))));
    expect([a, b, c]).toEqual([
      [0, 0, 0, 0.5, null],
      [1, 1, 1, 0.5, 0],
      [0.5, 0.5, 0, 0.5, 1],
    ]);
    expect(rules.map((rule) => rule.x)).toEqual([0, 1, 2, 3, 4]);
    expect([x.ticks[0], y.ticks]).toEqual([{ at: 0, text: 'N' }, 'none']);
    expect(notes.filter((note) => note.x === 2)).toMatchObject([
      { y: 0, text: 'sgd!', side: 'below' },
      { y: 1, text: 'adamw!', side: 'above' },
    ]);
    expect(description).toBe('Parallel coordinates of <a>, b, c over N, rate, optimizer, seed, test.');
  });

  it('labels each point with the formatted value and treats names as plain text', () => {
    const { series } = prepareParallel(runs.slice(0, 1), [axis('N', [30]), axis('test', [null])]);
    expect(series).toMatchObject([{ labels: ['<a>\nN: 30!', '<a>\ntest: –'], connectsGaps: true }]);
  });
});
