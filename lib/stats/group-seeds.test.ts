import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { groupSeeds, meanAndSpread } from './group-seeds.ts';

const run = (input: TrainConfigInput, hash = 'a') => ({ config: trainConfigSchema.parse(input), test: { hash } });

describe('groupSeeds', () => {
  it('groups runs that differ only in seed, name, notes, tags and log', () => {
    const [first, second] = [run({ seed: 1, name: 'one' }), run({ seed: 2, notes: 'two', tags: ['x'] })];
    const other = run({ seed: 1, n_unfreeze: 30 });
    const otherTest = run({ seed: 3 }, 'b');
    expect(groupSeeds([first, other, second, otherTest])).toEqual([[first, second], [other], [otherTest]]);
  });
});

it('returns mean and standard deviation of a sample', () => {
  expect(meanAndSpread([1, 2, 3])).toEqual({ mean: 2, spread: 1 });
  expect(meanAndSpread([5])).toEqual({ mean: 5, spread: null });
  expect(meanAndSpread([])).toBeNull();
});
