import { describe, expect, it } from 'vitest';
import { type TrainConfigField, type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { groupSeeds, meanAndSpread } from './group-seeds.ts';

const run = (input: TrainConfigInput, hash = 'a', unknown: TrainConfigField[] | null = null) => ({
  config: trainConfigSchema.parse(input),
  logFacts: unknown && { unknown, unusable: {}, other: {}, notes: [] },
  test: { hash },
});

describe('groupSeeds', () => {
  it('groups runs that differ only in seed, name, notes, tags and log', () => {
    const [first, second] = [run({ seed: 1, name: 'one' }), run({ seed: 2, notes: 'two', tags: ['x'] })];
    const other = run({ seed: 1, n_unfreeze: 30 });
    const otherTest = run({ seed: 3 }, 'b');
    expect(groupSeeds([first, other, second, otherTest])).toEqual([[first, second], [other], [otherTest]]);
  });

  it('never groups runs with equal seeds', () => {
    const [first, again, third] = [run({ seed: 42 }), run({ seed: 42, name: 'again' }), run({ seed: 43 })];
    expect(groupSeeds([first, again, third])).toEqual([[first, third], [again]]);
  });

  it('never groups runs with unknown settings, but complete logs', () => {
    const logs = [
      run({ seed: 1 }, 'a', ['dropout']),
      run({ seed: 2 }, 'a', ['dropout']),
      run({ seed: 3 }, 'a', ['seed']),
    ];
    expect(groupSeeds(logs)).toEqual(logs.map((log) => [log]));
    expect(groupSeeds([run({ seed: 1 }, 'a', []), run({ seed: 2 })])).toHaveLength(1);
  });
});

it('returns mean and standard deviation of a sample', () => {
  expect(meanAndSpread([1, 2, 3])).toEqual({ mean: 2, spread: 1 });
  expect(meanAndSpread([5])).toEqual({ mean: 5, spread: null });
  expect(meanAndSpread([])).toBeNull();
});
