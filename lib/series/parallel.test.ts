import { describe, expect, it } from 'vitest';
import { prepareParallel } from './parallel.ts';

const runs = [
  { name: '<a>', colour: 'var(--run-1)' },
  { name: 'b', colour: 'var(--run-2)' },
  { name: 'c', colour: 'var(--run-3)' },
] as const;
const inWords = (value: number | string) => `${value}!`;
const axis = (name: string, values: (number | string | null)[]) => ({ name, values, inWords });

describe('prepareParallel', () => {
  it('places numbers by their size, rates by their logarithm, words by their order', () => {
    const axes = [
      axis('N', [0, 30, 15]),
      axis('rate', [1e-5, 1e-3, 1e-4]),
      axis('optimizer', ['sgd', 'adamw', 'sgd']),
      axis('seed', [42, 42, 42]),
      axis('test', [null, 0.5, 0.75]),
    ];
    const { traces, layout, description } = prepareParallel(runs, axes);
    const [a, b, c] = traces.map(({ y }) => y.map((value) => value && Number(value.toFixed(9))));
    expect([a, b, c]).toEqual([
      [0, 0, 0, 0.5, null],
      [1, 1, 1, 0.5, 0],
      [0.5, 0.5, 0, 0.5, 1],
    ]);
    expect(layout.shapes).toHaveLength(5);
    expect(layout.annotations!.filter(({ x }) => x === 2).map(({ y, text }) => [y, text])).toEqual([
      [0, 'sgd!'],
      [1, 'adamw!'],
    ]);
    expect(description).toBe('Parallel coordinates of <a>, b, c over N, rate, optimizer, seed, test.');
  });

  it('says each value in words, names as text', () => {
    const [trace] = prepareParallel(runs.slice(0, 1), [axis('N', [30]), axis('test', [null])]).traces;
    expect(trace!.text).toEqual(['N: 30!', 'test: –']);
    expect(trace!.hovertemplate).toContain('&lt;a&gt;');
  });
});
