import { expect, it } from 'vitest';
import { scoreClasses } from './confusion.ts';

it('computes precision, recall and F1 of each class', () => {
  // Rows are true classes. Three of four cats were predicted as cats and one as a dog; nothing was predicted as a frog.
  const matrix = [
    [3, 1, 0],
    [2, 4, 0],
    [1, 1, 0],
  ];
  expect(scoreClasses(matrix)).toEqual([
    { precision: 3 / 6, recall: 3 / 4, f1: 0.6, images: 4 },
    { precision: 4 / 6, recall: 4 / 6, f1: 4 / 6, images: 6 },
    { precision: null, recall: 0, f1: 0, images: 2 },
  ]);
});

it('has no scores for a class without images and predictions', () => {
  expect(
    scoreClasses([
      [2, 0],
      [0, 0],
    ])[1],
  ).toEqual({ precision: null, recall: null, f1: null, images: 0 });
});
