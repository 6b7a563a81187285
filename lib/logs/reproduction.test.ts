import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import {
  type Attempt,
  describeReproduction,
  describeScaling,
  reproductionConfig,
  scaledDownConfig,
} from './reproduction.ts';

const epoch = (stage: 1 | 2, number: number, accuracy: number, val_accuracy: number): RunEventOf<'epoch'> => ({
  at: 0,
  type: 'epoch',
  stage,
  epoch: number,
  epochs: 5,
  seconds: 1,
  imagesPerSecond: 1,
  metrics: { accuracy, loss: 1, val_accuracy, val_loss: 1, learning_rate: 1e-5 },
});
const config = (input: TrainConfigInput = {}) =>
  trainConfigSchema.parse({ n_unfreeze: 30, augment: true, batch_size: 64, epochs_stage2: 5, ...input });
/** Even epochs of stage 2 are single batches of 64 images. */
const log: Attempt = {
  config: config(),
  epochs: [
    epoch(1, 1, 0.8123, 0.85),
    epoch(2, 1, 0.81234, 0.86),
    epoch(2, 2, 52 / 64, 0.87),
    epoch(2, 3, 0.82345, 0.88),
    epoch(2, 4, 60 / 64, 0.89),
    epoch(2, 5, 0.83456, 0.9),
  ],
  whole: [epoch(1, 1, 0.8123, 0.85), epoch(2, 1, 0.81234, 0.86), epoch(2, 2, 0.82345, 0.88), epoch(2, 3, 0.83456, 0.9)],
  valAccuracy: 0.9,
  test: { hash: 'unknown', name: 'unknown (imported)', images: 10_000 },
};
const own = (input: Partial<Parameters<typeof describeReproduction>[1]>) => ({
  config: reproductionConfig(log, 'log'),
  epochs: [],
  whole: [],
  valAccuracy: null,
  status: 'completed' as const,
  test: { hash: 'c', name: 'CIFAR-10, JPEG copy', images: 10_000 },
  ...input,
});

describe('the config that reproduces a log', () => {
  it('trains half as many epochs if half of the log’s were single batches', () => {
    expect(reproductionConfig(log, 'log')).toEqual(config({ name: 'log again', epochs_stage2: 3 }));
    expect(reproductionConfig({ ...log, epochs: log.whole }, 'log').epochs_stage2).toBe(5);
  });

  it('is scaled down as little as the time limit allows', () => {
    const whole = config({ epochs_stage1: 100, epochs_stage2: 100 });
    const images = ({ train_limit }: typeof whole) => train_limit || 45_000;
    const secondsOf = (each: typeof whole) => (images(each) * each.epochs_stage2 * each.image_size ** 2) / 1e8;
    expect(scaledDownConfig(whole, secondsOf, 1e6)).toBeNull();
    expect(scaledDownConfig(whole, secondsOf, 500)).toMatchObject({
      train_limit: 0,
      image_size: 96,
      epochs_stage2: 100,
    });
    expect(scaledDownConfig(whole, secondsOf, 10)).toMatchObject({
      train_limit: 9000,
      epochs_stage1: 20,
      epochs_stage2: 10,
    });
    expect(scaledDownConfig(whole, secondsOf, 0.1)).toMatchObject({ train_limit: 2250, epochs_stage2: 3 });
    expect(scaledDownConfig(whole, () => null, 10)).toBeNull();
    // Values below the limits are kept.
    const small = config({ train_limit: 1000, epochs_stage2: 2 });
    expect(scaledDownConfig(small, secondsOf, 0)).toMatchObject({ train_limit: 1000, epochs_stage2: 2 });
  });

  it('describes how it is scaled down', () => {
    const scaled = config({ train_limit: 4500, image_size: 96, epochs_stage2: 3 });
    expect(describeScaling(scaled, config())).toBe(
      '4,500 of 45,000 images, 96 instead of 160 px, 3 instead of 5 epochs in stage 2',
    );
    expect(describeScaling(config(), config())).toBe('');
  });
});

describe('the description of a reproduction', () => {
  it('states the difference in points', () => {
    expect(describeReproduction(log, own({ valAccuracy: 0.8964 }))).toBe(
      'Reproduced within 0.4 points: 89.64\u00a0% validation accuracy here, 90.00\u00a0% in the log.',
    );
    expect(describeReproduction(log, own({ valAccuracy: 0.9 }))).toContain('within 0.0 points');
  });

  it('states reasons for a difference', () => {
    const scaled = { ...reproductionConfig(log, 'log'), train_limit: 4500, image_size: 96 as const };
    expect(describeReproduction(log, own({ valAccuracy: 0.76, config: scaled }))).toBe(
      'Not reproduced, 14.0 points below the log: 76.00\u00a0% validation accuracy here, 90.00\u00a0% in the log. ' +
        'This run was scaled down: 4,500 of 45,000 images, 96 instead of 160 px. ' +
        'It was tested on “CIFAR-10, JPEG copy”, whose lossy compression alone costs about ten points; the log on “unknown (imported)”. ' +
        '2 of the log’s 6 epochs were single batches, which do not count.',
    );
    expect(describeReproduction({ ...log, defaults: ['Dropout: 0.4'] }, own({ valAccuracy: 0.5 }))).toContain(
      'The log does not contain all settings; this run has defaults for Dropout: 0.4.',
    );
    const whole = { ...log, epochs: log.whole };
    expect(describeReproduction(whole, own({ valAccuracy: 0.95, test: log.test, config: config() }))).toContain(
      '5.0 points above the log: 95.00\u00a0% validation accuracy here, 90.00\u00a0% in the log. The configs are the same',
    );
    expect(describeReproduction(log, own({ status: 'canceled', valAccuracy: 0.8 }))).toContain('did not complete');
    expect(describeReproduction({ ...log, valAccuracy: null }, own({ valAccuracy: 0.8 }))).toContain(
      'Cannot be compared',
    );
  });

  it('compares the same epochs while the run trains', () => {
    const running = (epochs: RunEventOf<'epoch'>[]) =>
      describeReproduction(log, own({ status: 'running', epochs, whole: epochs }));
    expect(running([])).toContain('after the first epoch');
    // Our second epoch of stage 2 is the log's third.
    expect(running([epoch(2, 2, 0.5, 0.87)])).toBe(
      'After epoch 2 of stage 2: 87.00\u00a0% validation accuracy here, 88.00\u00a0% in the log.',
    );
    expect(running([epoch(2, 9, 0.5, 0.87)])).toContain('none at this epoch in the log');
  });
});
