import { expect, it } from 'vitest';
import { createRunId, isRunId } from './run-id.ts';

it('creates ids that sort by time and differ within a second', () => {
  const at = Date.UTC(2026, 10, 24, 8, 15, 30);
  const ids = Array.from({ length: 3000 }, (_, second) => createRunId(new Date(at + second * 1000)));
  expect(ids.every(isRunId)).toBe(true);
  expect(ids.toSorted()).toEqual(ids);
  const sameSecond = Array.from({ length: 3000 }, () => createRunId(new Date(at)));
  // With 32 random bits, a second pair of equal ids has a probability below one in a million.
  expect(new Set(sameSecond).size).toBeGreaterThanOrEqual(2999);
});

it.each([
  ['20261124-081530-4f2a', true],
  ['20261124-081530-4f2a90c7', true],
  ['20261124-081530-4f2a9', false],
  ['20261124-081530-4F2A', false],
  ['20261124-081530-4f2a/..', false],
])('isRunId(%j) is %s', (text, expected) => expect(isRunId(text)).toBe(expected));
