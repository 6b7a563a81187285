import { describe, expect, it } from 'vitest';
import type { RunEventOf } from '@/lib/run/events.ts';
import { duration, linesOf, progressLine } from './terminal.ts';

const progress: RunEventOf<'progress'> = {
  at: 0,
  type: 'progress',
  phase: 'finetune',
  done: 300,
  total: 400,
  epoch: 2,
  epochs: 10,
  imagesPerSecond: 163.4,
  secondsLeft: 200.4,
};

describe('progressLine', () => {
  it('shows share, speed and time left', () => {
    expect(progressLine(progress, 120)).toBe(
      'Fine-tuning epoch 2/10  ██████████████████░░░░░░ 75 %  163 images/s  3 min 20 s left',
    );
  });

  it('names the frozen layers, which fine-tuning computes before its first epoch', () => {
    const { epoch: _, epochs: __, ...rest } = progress;
    expect(progressLine({ ...rest, part: 'frozen' }, 120)).toMatch(/^Fine-tuning frozen layers {2}█+░+ 75 %/);
  });

  it('omits unknown values, and never fills the terminal’s last column', () => {
    const { epoch: _, epochs: __, ...rest } = progress;
    const line = progressLine({ ...rest, imagesPerSecond: null, secondsLeft: null, done: 0, total: 0 }, 120);
    expect(line).toBe(`Fine-tuning  ${'░'.repeat(24)} 0 %`);
    expect(progressLine(progress, 30)).toHaveLength(29);
  });
});

describe('linesOf', () => {
  it('prints an epoch in the style of Keras, including a loss that is not a number', () => {
    const metrics = { accuracy: 0.5, loss: null, val_accuracy: 0.25, val_loss: 2.5, learning_rate: 1e-5 };
    const rest = { stage: 1, epoch: 3, epochs: 10, seconds: 12.34, imagesPerSecond: 1 } as const;
    expect(linesOf({ at: 0, type: 'epoch', metrics, ...rest })).toEqual([
      'Head training epoch  3/10  12.3 s  accuracy 0.5000  loss NaN  val_accuracy 0.2500  val_loss 2.5000  learning_rate 0.00001',
    ]);
  });

  it('prints why a run failed', () => {
    expect(linesOf({ at: 0, type: 'failed', code: 'x', message: 'No data.', lastLines: [] })).toEqual([
      'Failed: No data.',
    ]);
  });
});

describe('duration', () => {
  it.each([
    [5.24, '5.2 s'],
    [59.99, '60.0 s'],
    [119.7, '2 min 0 s'],
    [7500, '2 h 5 min'],
  ])('%d', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});
