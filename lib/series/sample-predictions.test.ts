import { describe, expect, it } from 'vitest';
import type { RunEvent } from '@/lib/run/events.ts';
import { encodeWall } from '@/lib/run/sample-predictions.ts';
import { changesOf, prepareWall, wallByClass } from './sample-predictions.ts';

const told = (events: object[]) => ({
  events: events.map((event, index) => ({ id: index + 1, runId: 'r', event: { at: 0, ...event } as RunEvent })),
});
const epoch = (stage: 1 | 2, number: number, predicted: number[]) => ({
  type: 'epoch',
  stage,
  epoch: number,
  wall: encodeWall(Uint8Array.from(predicted)),
});
const run = told([
  { type: 'started', wall: [0, 0, 1], classes: ['cat', 'dog'] },
  epoch(1, 1, [0, 1, 0]),
  epoch(1, 2, [0, 0, 0]),
  epoch(2, 1, [1, 0, 1]),
]);

describe('the wall of a run', () => {
  it('has what each image was taken for after every epoch', () => {
    const wall = prepareWall(run)!;
    expect([wall.labels, wall.classes]).toEqual([
      [0, 0, 1],
      ['cat', 'dog'],
    ]);
    expect(wall.epochs.map((each) => [each.stage, each.epoch, ...each.predicted])).toEqual([
      [1, 1, 0, 1, 0],
      [1, 2, 0, 0, 0],
      [2, 1, 1, 0, 1],
    ]);
    expect([0, 1, 2].map((index) => changesOf(wall, index))).toEqual([
      { right: 1, repaired: null, broken: null },
      { right: 2, repaired: 1, broken: 0 },
      { right: 2, repaired: 1, broken: 1 },
    ]);
  });

  it('is none where the run kept none', () => {
    expect(prepareWall(told([{ type: 'started' }, { type: 'epoch', stage: 1, epoch: 1 }]))).toBeNull();
    expect(prepareWall(told([]))).toBeNull();
  });

  it('puts the images of a class together', () => {
    expect(wallByClass([3, 3, 5])).toEqual([
      { label: 3, places: [0, 1] },
      { label: 5, places: [2] },
    ]);
  });
});
