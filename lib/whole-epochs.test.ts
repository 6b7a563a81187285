import { expect, it } from 'vitest';
import { wholeEpochs } from './whole-epochs.ts';

const epoch = (stage: 1 | 2, number: number, accuracy: number | null) => ({
  ...{ stage, epoch: number },
  metrics: { accuracy, loss: 1, val_accuracy: 0.5, val_loss: 1, learning_rate: 1e-5 },
});
const stage1 = [epoch(1, 1, 0.80589), epoch(1, 2, 0.8745)];

it('leaves out even epochs of a single batch, and counts the others anew', () => {
  // The first epochs of a real log, run_aug_custom1, in single precision.
  const stage2 = [0.7931177, 0.8125, 0.8051568, 0.8359375, 0.8105733].map((value, index) => epoch(2, index + 1, value));
  const whole = wholeEpochs([...stage1, ...stage2], 128);
  expect(whole.map((each) => [each.stage, each.epoch, each.metrics.accuracy])).toEqual([
    ...[
      [1, 1, 0.80589],
      [1, 2, 0.8745],
    ],
    ...[
      [2, 1, 0.7931177],
      [2, 2, 0.8051568],
      [2, 3, 0.8105733],
    ],
  ]);
});

it('takes all epochs of any other run as they are', () => {
  const ordinary = [...stage1, epoch(2, 1, 0.7931177), epoch(2, 2, 0.8125), epoch(2, 3, 0.8051), epoch(2, 4, 0.81577)];
  expect(wholeEpochs(ordinary, 128)).toBe(ordinary);
  expect(wholeEpochs(stage1, 128)).toBe(stage1);
  // So few images that every epoch looks like a batch.
  const tiny = [epoch(2, 1, 0.5), epoch(2, 2, 0.75), epoch(2, 3, 0.625)];
  expect(wholeEpochs(tiny, 8)).toBe(tiny);
  const gap = [epoch(2, 1, 0.7931177), epoch(2, 2, null)];
  expect(wholeEpochs(gap, 128)).toBe(gap);
});
