import { expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { trainedImages } from './run-settings.ts';

it.each<[TrainConfigInput, string | null]>([
  [{}, '45,000'],
  [{ train_limit: 9000 }, '9,000'],
  [{ dataset: 'sketch10' }, '8,000'],
  [{ dataset: 'sketch10', train_limit: 45_000 }, '8,000'],
  [{ dataset: 'sketch10', train_limit: 3 }, '10'],
  [{ dataset: 'pets' }, null],
  [{ dataset: 'pets', train_limit: 500 }, '≤ 500'],
])('describes the number of training images of a run with %j as %s', (input, images) => {
  expect(trainedImages({ config: trainConfigSchema.parse(input), logFacts: null })).toBe(images);
});
