import { expect, it } from 'vitest';
import { meanOf, sortClasses } from './sort-classes.ts';

const scores = [
  { label: 0, precision: 0.5, recall: 0.75, f1: 0.6, images: 4 },
  { label: 1, precision: null, recall: 0, f1: 0, images: 2 },
  { label: 2, precision: 0.25, recall: 0.5, f1: 0.3, images: 6 },
];
const labels = (order: Parameters<typeof sortClasses>[1]) => sortClasses(scores, order).map(({ label }) => label);

it('sorts in both directions, with missing scores last', () => {
  expect(labels({ column: 'class', descending: true })).toEqual([2, 1, 0]);
  expect(labels({ column: 'precision', descending: false })).toEqual([2, 0, 1]);
  expect(labels({ column: 'precision', descending: true })).toEqual([0, 2, 1]);
  expect(labels({ column: 'images', descending: false })).toEqual([1, 0, 2]);
});

it('averages the scores that are not missing', () => {
  expect(meanOf(scores)).toEqual({ precision: 0.375, recall: 1.25 / 3, f1: 0.3, images: 12 });
  expect(meanOf([])).toEqual({ precision: null, recall: null, f1: null, images: 0 });
});
