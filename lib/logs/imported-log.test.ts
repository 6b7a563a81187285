import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { diagonalShare } from '@/lib/run/confusion.ts';
import { type RunEvent, runEventSchema } from '@/lib/run/events.ts';
import { buildResultsLog } from '@/lib/run/results-log.ts';
import { originalLogs } from '@/tools/testing/paths.ts';
import { readImportedLog } from './imported-log.ts';

const folder = originalLogs;
const original = (name: string) =>
  readImportedLog(readFileSync(path.join(folder, name), 'utf8'), { file: name, at: 1000 });
const read = (log: object, name = 'x.json') => readImportedLog(JSON.stringify(log), { file: name, at: 1000 });
const evaluation = ({ events }: { events: RunEvent[] }) => events.find((event) => event.type === 'evaluated');
const epochs = ({ events }: { events: RunEvent[] }) => events.filter((event) => event.type === 'epoch');
const log = { config: { n_unfreeze: 0 }, metrics: { val_end2end: 0.5 } };

describe('the original’s own logs', () => {
  it.each(readdirSync(folder))('%s is imported completely', (name) => {
    const raw = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
    const { config, facts, events, test, runId } = original(name);
    expect(runId).toBeNull();
    expect(test).toEqual({ hash: 'unknown', name: 'unknown (imported)', images: 10_000 });
    expect(config).toMatchObject({ n_unfreeze: raw.config.n_unfreeze, epochs_stage2: raw.config.epochs_stage2 });
    expect(config).toMatchObject({ name: name.replace('.json', ''), augment: raw.config.augment === 'True' });
    // Keras logs single precision: 3e-4 is 0.0003000000142492354.
    const firstRate = raw.curves.stage2.learning_rate?.[0];
    const rate = raw.config.lr_stage2 ?? (firstRate && Number(firstRate.toPrecision(6)));
    if (rate !== undefined) expect(config.lr_stage2).toBe(rate);
    expect(facts.unknown.includes('lr_stage2')).toBe(rate === undefined);
    expect(facts.unknown).toEqual(expect.arrayContaining(['dataset', 'engine', 'weight_decay', 'dropout']));
    for (const field of facts.unknown) expect(raw.config).not.toHaveProperty(field);
    const { metrics, timing, confusion, classes } = evaluation({ events })!;
    expect(metrics).toMatchObject(raw.metrics);
    expect(timing).toMatchObject(raw.timing_sec);
    expect(confusion.plain ?? confusion.tta).toEqual(raw.confusion_matrix);
    expect(classes[3]).toBe('cat');
    for (const stage of [1, 2] as const) {
      const curve = raw.curves[`stage${stage}`];
      const imported = epochs({ events }).filter((epoch) => epoch.stage === stage);
      for (const key of ['accuracy', 'loss', 'val_accuracy', 'val_loss'] as const) {
        expect(imported.map(({ metrics }) => metrics[key])).toEqual(curve[key]);
      }
      expect(imported.map(({ metrics }) => metrics.learning_rate)).toEqual(
        curve.learning_rate ?? imported.map(() => null),
      );
    }
    for (const event of events) expect(runEventSchema.parse(event)).toEqual(event);
  });

  it('assign the confusion matrix to the test that its diagonal matches', () => {
    const older = evaluation(original('run_n0.json'))!;
    expect([older.confusion.tta, older.metrics.test_tta]).toEqual([null, null]);
    expect(diagonalShare(older.confusion.plain!)).toBeCloseTo(older.metrics.test_end2end!, 4);
    const newer = evaluation(original('run_final_optimized.json'))!;
    expect([newer.confusion.plain, newer.metrics.test_tta]).toEqual([null, 0.919]);
  });

  it('take learning rates from the curves, as run_full_tune.json, which trained stage 2 at 3e-4', () => {
    const { config, facts, events } = original('run_full_tune.json');
    expect(config).toMatchObject({ lr_stage1: 1e-3, lr_stage2: 3e-4, optimizer: 'adamw' });
    expect(facts.unknown).toContain('optimizer');
    expect(facts.unknown).not.toContain('lr_stage1');
    expect(events[0]).toMatchObject({ type: 'imported', facts });
    expect(original('run_full_tune_tta.json').config.lr_stage2).toBe(1e-5);
  });

  it('use various spellings of optimizers', () => {
    const names = ['run_n0.json', 'run_n0_AdamW.json', 'run_final_.json'].map(
      (name) => original(name).config.optimizer,
    );
    expect(names).toEqual(['sgd', 'adamw', 'adamw']);
  });
});

describe('format variants', () => {
  it('accepts the matrix as NumPy’s shape and data, flat or in rows', () => {
    const rows = [
      [3, 1],
      [0, 4],
    ];
    for (const confusion_matrix of [rows, { shape: [2, 2], data: [3, 1, 0, 4] }, { shape: [2, 2], data: rows }]) {
      const evaluated = evaluation(read({ ...log, confusion_matrix }))!;
      expect(evaluated.confusion).toEqual({ plain: null, tta: rows });
      expect(evaluated.classes).toEqual(['class 0', 'class 1']);
    }
  });

  it('reads bare NaN as null, and leaves out a shorter list if nothing says at which epochs', () => {
    const text = '{"curves": {"stage1": {"loss": [1, NaN, Infinity], "accuracy": [0.5]}}}';
    const values = epochs(readImportedLog(text, { file: 'x.json', at: 0 })).map(({ metrics }) => [
      metrics.loss,
      metrics.accuracy,
    ]);
    expect(values).toEqual([
      [1, null],
      [null, null],
      [null, null],
    ]);
  });

  it('divides a stage’s time among its epochs and computes a missing total', () => {
    const curves = { stage1: { loss: [1, 2, 3, 4] }, stage2: null };
    const timing_sec = { feature_extract: 1, top_train: 8, end2end: 0 };
    const imported = read({ ...log, curves, timing_sec });
    expect(epochs(imported).map(({ seconds }) => seconds)).toEqual([2, 2, 2, 2]);
    expect(evaluation(imported)!.timing).toMatchObject({ total: 9, evaluation: null });
  });

  it('accepts a log with a single section and leaves the others empty', () => {
    expect(evaluation(read({ config: { seed: 3 } }))).toBeUndefined();
    expect(read({ config: { seed: 3 } }).config).toEqual(trainConfigSchema.parse({ seed: 3, name: 'x' }));
    expect(evaluation(read({ metrics: { test_end2end: 0.25 } }))!.metrics).toMatchObject({ val_end2end: null });
  });

  it.each([
    [{ augment: 'none' }, { augment: false }],
    [{ augment: 'True' }, { augment: true }],
    [
      { augment: true, use_mixup: 'False' },
      { augment: true, use_mixup: false },
    ],
    [
      { batch_size: '64', optimizer: 'Adam', img_size: 96 },
      { batch_size: 64, optimizer: 'adam', image_size: 96 },
    ],
    [
      { rotation: null, name: 'mine' },
      { rotation: 15, name: 'mine' },
    ],
  ])('reads the config %j', (config, expected) => {
    expect(read({ config }).config).toMatchObject(expected);
  });

  it('knows the backbone by the network’s name, and no other missing field', () => {
    const { facts } = read({ config: { base_model: 'MobileNetV2', img_size: 96, seed: null } });
    expect(facts.unknown).not.toEqual(expect.arrayContaining(['backbone']));
    expect(facts.unknown).not.toEqual(expect.arrayContaining(['image_size']));
    expect(facts.unknown).toEqual(expect.arrayContaining(['seed', 'n_unfreeze', 'augment', 'lr_stage1']));
    expect(read({ metrics: { test_end2end: 0.25 } }).facts.unknown).toContain('backbone');
  });

  it('gives fields that an own log from an older version does not have their defaults, which were built in then', () => {
    const { config, facts } = read({ ...log, config: { run_id: '20260102-000000-4f2a', seed: 3 } });
    expect([config.dropout, facts.unknown]).toEqual([0.4, []]);
  });

  it('restores all events of our own logs', () => {
    const test = { hash: 'abc', name: 'CIFAR-10, JPEG copy', images: 2 };
    const matrix = [
      [1, 0],
      [1, 0],
    ];
    const metrics = {
      val_end2end: 0.75,
      test_end2end: 0.5,
      val_tta: 0.5,
      test_tta: 0.5,
      val_stage1: 0.5,
      test_stage1: 0.5,
      val_loss: 1,
      test_loss: null,
    };
    const timing = { feature_extract: 1, top_train: 2, end2end: 0, total: 3, evaluation: 1, features_cached: true };
    const at = Date.UTC(2026, 0, 2);
    const emitted: RunEvent[] = [
      {
        type: 'started',
        at,
        engine: 'cpu',
        device: 'A CPU',
        threads: 2,
        weightsFile: 'w.h5',
        test,
        images: { train: 10, val: 2, test: 2 },
        classes: ['cat', 'dog'],
        trainedKernels: 15,
      },
      {
        type: 'epoch',
        at,
        stage: 1,
        epoch: 1,
        epochs: 1,
        seconds: 2,
        imagesPerSecond: null,
        metrics: { accuracy: 0.5, loss: 1, val_accuracy: 0.5, val_loss: 1, learning_rate: 0.001 },
      },
      { type: 'stage-ended', at, stage: 1, bestEpoch: 1, stoppedEarly: false },
      { type: 'evaluated', at, metrics, timing, confusion: { plain: matrix, tta: matrix }, classes: ['cat', 'dog'] },
    ];
    const runId = '20260102-000000-4f2a';
    const config = trainConfigSchema.parse({ n_unfreeze: 30, augment: true, tags: ['a'], name: 'ours' });
    const imported = read(buildResultsLog({ runId, config, events: emitted }));
    expect(imported).toMatchObject({ runId, config, test, facts: { unknown: [] } });
    expect(imported.events.slice(1)).toEqual(emitted);
  });
});

describe('invalid logs', () => {
  it.each([
    [[], 'is not a run log'],
    [{ name: 'transfer-lab' }, 'is not a run log: it has no config, metrics or curves, such as {"config": {…}'],
    [{ config: 'none' }, 'is not a run log'],
    [{ config: {} }, 'has nothing that can be read'],
    [{ config: { n_unfreeze: 'many' } }, 'n_unfreeze many cannot be used here: must be a number'],
    [{ metrics: { val_end2end: 'high' } }, 'metrics.val_end2end left out: high is not a number'],
    [{ curves: { stage1: { loss: 'falling' } } }, 'curves.stage1.loss left out: it is not a list'],
    [{ curves: { stage2: { loss: new Array(1_000_000).fill(0) } } }, 'it has more than 10000 epochs'],
  ])('%.60j is rejected with a reason', (log, reason) => {
    expect(() => read(log)).toThrow(reason);
  });
});
