import { expect, it } from 'vitest';
import type { RunStatus } from '@/lib/run/status.ts';
import { completeEpochs } from './complete-epochs.ts';
import { readImportedLog } from './imported-log.ts';

/** An imported log with these training accuracies in stage 2, and further keys of the log. */
function logWith(
  stage2: (number | null)[],
  { config = {}, ...more }: { config?: object; [name: string]: unknown } = {},
) {
  const log = {
    config: { augment: 'True', batch_size: 128, ...config },
    curves: { stage1: { accuracy: [0.80589, 0.8745] }, stage2: { accuracy: stage2 } },
    ...more,
  };
  const read = readImportedLog(JSON.stringify(log), { file: 'log.json', at: 0 });
  const events = read.events.map((event, id) => ({ id, runId: 'a', event }));
  return { status: 'imported' as RunStatus, config: read.config, logFacts: read.facts, events };
}
const accuracies = (run: ReturnType<typeof logWith>) =>
  completeEpochs(run).map(({ stage, epoch, metrics }) => [stage, epoch, metrics.accuracy]);
const stage1 = [
  [1, 1, 0.80589],
  [1, 2, 0.8745],
];

/** The first epochs of a real log, run_aug_custom1, in single precision. */
const withSingleBatches = [0.7931177, 0.8125, 0.8051568, 0.8359375, 0.8105733];

it('skips single-batch epochs and renumbers the others', () => {
  expect(accuracies(logWith(withSingleBatches))).toEqual([
    ...stage1,
    [2, 1, 0.7931177],
    [2, 2, 0.8051568],
    [2, 3, 0.8105733],
  ]);
});

it.each<[string, ReturnType<typeof logWith>]>([
  ['whose even epochs are not single batches', logWith([0.7931177, 0.8125, 0.8051, 0.81577])],
  ['without a second stage', logWith([])],
  ['with so few images that every epoch looks like a single batch', logWith([0.5, 0.75, 0.625])],
  ['with a gap', logWith([0.7931177, null])],
  ['without augmentation, whose generator never ran out', logWith(withSingleBatches, { config: { augment: 'False' } })],
])('keeps all epochs of a log %s', (_, run) => {
  expect(completeEpochs(run)).toHaveLength(run.events.filter(({ event }) => event.type === 'epoch').length);
});

it('keeps all epochs of our own runs, even if they look like single batches by chance', () => {
  const perfect = [0.99, 1, 1, 1];
  const every = [...stage1, ...perfect.map((accuracy, index) => [2, index + 1, accuracy])];
  const own = {
    engine: { name: 'cpu', device: 'a processor', threads: 2, weights_file: 'sketch' },
    images: { train: 100, val: 10, test: 10 },
  };
  expect(accuracies(logWith(perfect))).toHaveLength(stage1.length + 2);
  expect(accuracies(logWith(perfect, own))).toEqual(every);
  for (const status of ['running', 'completed', 'canceled'] as const) {
    expect(accuracies({ ...logWith(perfect), status })).toEqual(every);
  }
  // 54 images in batches of 16: three complete batches per epoch.
  const few = logWith([47 / 54, 45 / 48, 46 / 48, 47 / 48].map(Math.fround), { config: { batch_size: 16 } });
  expect(completeEpochs({ ...few, status: 'completed' })).toHaveLength(6);
});
