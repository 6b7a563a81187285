import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { inProject } from '@/tools/testing/paths.ts';
import type { RunEvent } from './events.ts';
import { buildCanceledLog, buildResultsLog, canceledLogSchema, resultsLogSchema } from './results-log.ts';

/** A real log of the original script, with curves shortened to two epochs. */
const original = JSON.parse(readFileSync(inProject('lib/logs/fixtures/original-log.json'), 'utf8'));

const config = trainConfigSchema.parse({ n_unfreeze: 30, augment: true, tags: ['a', 'b'] });
const matrix = (diagonal: number) =>
  Array.from({ length: 10 }, (_, row) => Array.from({ length: 10 }, (_, column) => (row === column ? diagonal : 0)));
const epoch = (stage: 1 | 2, number: number, val_loss: number | null): RunEvent => ({
  at: 2,
  type: 'epoch',
  stage,
  epoch: number,
  epochs: 10,
  seconds: 1,
  imagesPerSecond: 100,
  metrics: { accuracy: 0.5, loss: 1.5, val_accuracy: 0.6, val_loss, learning_rate: 0.001 },
});
const started: RunEvent = {
  at: 1,
  type: 'started',
  engine: 'onnxruntime',
  device: 'CPU',
  threads: 2,
  weightsFile: 'w.h5',
  trainedKernels: 15,
  test: { hash: 'abc', name: 'CIFAR-10, official', images: 50 },
  images: { train: 45_000, val: 5000, test: 50 },
  classes: [...cifar10Classes],
};
const evaluated: RunEvent = {
  at: Date.UTC(2026, 0, 2),
  type: 'evaluated',
  classes: [...cifar10Classes],
  metrics: {
    val_end2end: 0.9,
    test_end2end: 0.8,
    val_tta: 0.92,
    test_tta: 0.82,
    val_stage1: 0.7,
    test_stage1: 0.6,
    val_loss: 0.5,
    test_loss: null,
  },
  timing: { feature_extract: 1, top_train: 2, end2end: 3, total: 6, evaluation: 4, features_cached: true },
  confusion: { plain: matrix(4), tta: matrix(5) },
};
const ended = (stage: 1 | 2, bestEpoch: number): RunEvent => ({
  at: 3,
  type: 'stage-ended',
  stage,
  bestEpoch,
  stoppedEarly: false,
});
const events: RunEvent[] = [
  started,
  epoch(1, 1, 0.9),
  epoch(1, 2, 0.8),
  ended(1, 2),
  epoch(2, 1, null),
  ended(2, 1),
  evaluated,
];

/** The types of an object's values by path; a list is represented by its first item. */
function shape(value: unknown, at = ''): [string, string][] {
  if (Array.isArray(value)) return shape(value[0], `${at}[]`);
  if (value === null || typeof value !== 'object') return [[at, typeof value]];
  return Object.entries(value).flatMap(([key, item]) => shape(item, `${at}.${key}`));
}

describe('buildResultsLog', () => {
  const log = buildResultsLog({ runId: 'r1', config, events });

  it('has everything that the original’s dashboard reads, with the same types', () => {
    const ours = new Map(
      shape(JSON.parse(JSON.stringify({ ...log, curves: { ...log.curves, stage2: log.curves.stage1 } }))),
    );
    for (const [at, type] of shape(original)) expect([at, ours.get(at)]).toEqual([at, type]);
    expect(log.confusion_matrix).toHaveLength(original.confusion_matrix.length);
  });

  it('matches its schema after a round trip through JSON', () => {
    expect(resultsLogSchema.parse(JSON.parse(JSON.stringify(log)))).toEqual(log);
  });

  it('has the curves of each stage, both confusion matrices and the best epochs', () => {
    expect(log.curves.stage1.val_loss).toEqual([0.9, 0.8]);
    expect(log.curves.stage2.val_loss).toEqual([null]);
    expect(log.confusion_matrix).toEqual(matrix(5));
    expect(log.confusion_matrix_plain).toEqual(matrix(4));
    expect(log.best_epoch).toEqual({ stage1: 2, stage2: 1 });
    expect(log.config).toMatchObject({
      augment: 'True',
      use_mixup: false,
      optimizer: 'adamw',
      run_id: 'r1',
      img_size: 160,
    });
    expect(log.finished_at).toBe('2026-01-02T00:00:00.000Z');
  });

  it('has empty curves if stage 2 was skipped, and rejects a run without results', () => {
    const frozen = buildResultsLog({
      runId: 'r1',
      config,
      events: events.filter((event) => !('stage' in event) || event.stage === 1),
    });
    expect(frozen.curves.stage2.accuracy).toEqual([]);
    expect(frozen.best_epoch.stage2).toBeNull();
    expect(() => buildResultsLog({ runId: 'r1', config, events: events.slice(0, -1) })).toThrow('not evaluated');
  });
});

describe('buildCanceledLog', () => {
  const canceled: RunEvent = { at: Date.UTC(2026, 0, 3), type: 'canceled' };
  const run = { runId: 'r1', config, events: [...events.slice(0, 5), canceled] };
  const log = buildCanceledLog(run, { stage: 2, epoch: 1 });

  it('has config and curves as in any log, and null for the original’s metrics', () => {
    const complete = buildResultsLog({ runId: 'r1', config, events });
    expect([log.config, log.curves, log.engine]).toEqual([complete.config, complete.curves, complete.engine]);
    expect(log.metrics).toEqual({ val_end2end: null, test_end2end: null });
    expect(log.best_epoch).toEqual({ stage1: 2, stage2: null });
    expect(log).not.toHaveProperty('confusion_matrix');
    expect(log.finished_at).toBe('2026-01-03T00:00:00.000Z');
    expect(canceledLogSchema.parse(JSON.parse(JSON.stringify(log)))).toEqual(log);
  });
});
