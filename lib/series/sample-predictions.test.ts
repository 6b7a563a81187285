import { describe, expect, it } from 'vitest';
import type { RunEvent } from '@/lib/run/events.ts';
import { encodeSamplePredictions } from '@/lib/run/sample-predictions.ts';
import { changesAtEpoch, groupByClass, prepareSamplePredictions } from './sample-predictions.ts';

const runWith = (events: object[]) => ({
  events: events.map((event, index) => ({ id: index + 1, runId: 'r', event: { at: 0, ...event } as RunEvent })),
});
const epoch = (stage: 1 | 2, number: number, predicted: number[]) => ({
  type: 'epoch',
  stage,
  epoch: number,
  wall: encodeSamplePredictions(Uint8Array.from(predicted)),
});
const run = runWith([
  { type: 'started', wall: [0, 0, 1], classes: ['cat', 'dog'] },
  epoch(1, 1, [0, 1, 0]),
  epoch(1, 2, [0, 0, 0]),
  epoch(2, 1, [1, 0, 1]),
]);

describe('sample predictions of a run', () => {
  it('have each image’s predicted class after every epoch', () => {
    const samples = prepareSamplePredictions(run)!;
    expect([samples.labels, samples.classes]).toEqual([
      [0, 0, 1],
      ['cat', 'dog'],
    ]);
    expect(samples.epochs.map((each) => [each.stage, each.epoch, ...each.predicted])).toEqual([
      [1, 1, 0, 1, 0],
      [1, 2, 0, 0, 0],
      [2, 1, 1, 0, 1],
    ]);
    expect([0, 1, 2].map((index) => changesAtEpoch(samples, index))).toEqual([
      { correct: 1, newlyRight: null, newlyWrong: null },
      { correct: 2, newlyRight: 1, newlyWrong: 0 },
      { correct: 2, newlyRight: 1, newlyWrong: 1 },
    ]);
  });

  it('are null if the run recorded none', () => {
    expect(prepareSamplePredictions(runWith([{ type: 'started' }, { type: 'epoch', stage: 1, epoch: 1 }]))).toBeNull();
    expect(prepareSamplePredictions(runWith([]))).toBeNull();
  });

  it('are grouped by class', () => {
    expect(groupByClass([3, 3, 5])).toEqual([
      { label: 3, images: [0, 1] },
      { label: 5, images: [2] },
    ]);
  });
});
