import { expect, test } from 'vitest';
import type { RunEventOf } from './events.ts';
import { metricsCsv } from './metrics-csv.ts';

const epoch = (stage: 1 | 2, at: number, loss: number): RunEventOf<'epoch'> => ({
  type: 'epoch',
  at: 0,
  stage,
  epoch: at,
  epochs: 2,
  seconds: 1.5,
  imagesPerSecond: 300,
  metrics: { accuracy: 0.5, loss, val_accuracy: 0.25, val_loss: 2, learning_rate: 1e-5 },
});

test('writes one line per epoch of both stages, with empty cells for missing numbers', () => {
  const events = [epoch(1, 1, 1.25), { type: 'completed', at: 1 } as const, epoch(2, 1, Number.NaN)];
  expect(metricsCsv(events)).toBe(
    'stage,epoch,accuracy,loss,val_accuracy,val_loss,learning_rate,seconds,images_per_second\r\n' +
      '1,1,0.5,1.25,0.25,2,0.00001,1.5,300\r\n' +
      '2,1,0.5,,0.25,2,0.00001,1.5,300\r\n',
  );
});
