import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RunEvent, runEventSchema } from '@/lib/run/events.ts';
import { foreignLogs } from '@/tools/testing/paths.ts';
import { type ImportedLog, readImportedLog } from './imported-log.ts';

const read = (name: string) =>
  readImportedLog(readFileSync(path.join(foreignLogs, name), 'utf8'), { file: name, at: 1000 });
const readObject = (log: object) => readImportedLog(JSON.stringify(log), { file: 'x.json', at: 1000 });
const epochs = ({ events }: ImportedLog) => events.filter((event) => event.type === 'epoch');
const curve = (log: ImportedLog, metric: 'accuracy' | 'loss' | 'val_accuracy' | 'val_loss' | 'learning_rate') =>
  epochs(log).map(({ metrics }) => metrics[metric]);
const evaluation = ({ events }: { events: RunEvent[] }) => events.find((event) => event.type === 'evaluated');

describe('a bare history', () => {
  it('of Keras becomes a one-stage run', () => {
    const log = read('keras-history.json');
    expect(epochs(log).map(({ stage, epoch }) => [stage, epoch])).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
    ]);
    expect(curve(log, 'accuracy')).toEqual([0.5, 0.6, 0.7]);
    expect(curve(log, 'val_accuracy')).toEqual([0.55, 0.6, 0.62]);
    expect(log.config.lr_stage1).toBe(3e-4);
    expect(log.facts.unknown).toEqual(expect.arrayContaining(['backbone', 'seed', 'epochs_stage2']));
    expect(log.facts.notes).toEqual(['a history without stages, shown as stage 1', 'history: no chart for auc']);
    // Nothing was evaluated, so there is no test set either.
    expect([evaluation(log), log.test]).toEqual([undefined, null]);
    for (const event of log.events) expect(runEventSchema.parse(event)).toEqual(event);
  });

  it('of PyTorch may be in percent', () => {
    const log = read('pytorch-percent.json');
    expect(curve(log, 'accuracy')).toEqual([0.5025, 0.605]);
    expect(curve(log, 'val_accuracy')).toEqual([0.008, 0.63]);
    expect(log.facts.notes).toContain('history.train_acc read as percent');
  });

  it('may be records per epoch, or pandas’ columns', () => {
    expect(curve(read('epoch-records.json'), 'val_accuracy')).toEqual([0.5, 0.6]);
    expect(curve(readObject({ loss: { 0: 1.5, 1: 1, 2: 0.5 }, acc: { 1: 0.5 } }), 'loss')).toEqual([1.5, 1, 0.5]);
  });
});

describe('a log of another script', () => {
  it('may have its config at the top level, and other names for stages', () => {
    const log = read('flat-config.json');
    expect(log.config).toMatchObject({ n_unfreeze: 30, image_size: 96, batch_size: 64, seed: 7, lr_stage2: 1e-4 });
    expect(log.facts.unknown).toEqual(expect.arrayContaining(['lr_stage1', 'epochs_stage1', 'augment']));
    expect(log.facts.unknown).not.toEqual(expect.arrayContaining(['backbone']));
    expect(log.facts.other).toEqual({ learning_rate: '0.00001' });
    expect(epochs(log).map(({ stage }) => stage)).toEqual([1, 1, 2, 2]);
    expect(log.facts.notes).toEqual([
      'curves.warm-up left out: it is neither stage1 nor stage2',
      'metrics without a place here: f1 0.87',
    ]);
  });

  it('keeps settings that cannot be used as text, and reads quoted numbers, percentages and NaN', () => {
    const log = read('other-network.json');
    expect(log.config).toMatchObject({ batch_size: 32, lr_stage2: 2e-5, seed: 42, n_unfreeze: 0 });
    expect(log.facts.unusable).toEqual({
      backbone: 'ResNet50',
      image_size: '256',
      n_unfreeze: '175',
      optimizer: 'RMSprop',
    });
    expect(log.facts.unknown).toEqual(expect.arrayContaining(Object.keys(log.facts.unusable)));
    expect(log.facts.other).toEqual({ momentum: '0.9', steps: '[1,2]' });
    expect(curve(log, 'accuracy')).toEqual([0.6, null, null]);
    expect(evaluation(log)!.metrics).toMatchObject({ val_end2end: 0.8812, test_end2end: 0.8745, val_loss: null });
    expect(log.facts.notes).toEqual(
      expect.arrayContaining([
        'n_unfreeze 175 cannot be used here: must be 102 or less',
        'backbone ResNet50 cannot be used here: another network',
        'curves.stage1.accuracy: 1 of 3 values are not numbers, such as n/a',
        'matrix left out: all its entries are 0',
      ]),
    );
    // No accuracy is derived from the empty matrix.
    expect([evaluation(log)!.confusion, evaluation(log)!.metrics.test_tta]).toEqual([{ plain: null, tta: null }, null]);
  });

  it('may have names, notes and tags of any length', () => {
    const { config, facts } = readObject({
      config: { seed: 1, name: `${'a'.repeat(78)}🚀🚀`, notes: 'n'.repeat(5000), tags: ['b'.repeat(50), 'c'] },
    });
    expect(config.name).toBe(`${'a'.repeat(78)}…`);
    expect([config.notes.length, config.tags]).toEqual([4000, [`${'b'.repeat(39)}…`, 'c']]);
    expect(facts.notes).toHaveLength(3);
  });
});

describe('accuracies', () => {
  it.each([
    [[0.5, 1.00001], [0.5, 1], 0],
    [[0, 0], [0, 0], 0],
    [[50, 100], [0.5, 1], 1],
    [[0.5, -0.1], [0.5, null], 1],
    [[0.9, 1.2], [null, null], 1],
    [[0.9, 1e10], [null, null], 1],
  ])('%j are read as %j', (accuracy, expected, notes) => {
    const log = readObject({ curves: { stage1: { accuracy, loss: [1, 1] } } });
    expect(curve(log, 'accuracy')).toEqual(expected);
    expect(log.facts.notes).toHaveLength(notes);
  });
});

describe('lists shorter than the stage', () => {
  const losses = (epochs: number) => Array.from({ length: epochs }, () => 1);
  const valLosses = (epochs: number, values: number, config = {}) =>
    readObject({ config, curves: { stage2: { loss: losses(epochs), val_loss: losses(values) } } });
  const places = (log: ImportedLog) =>
    curve(log, 'val_loss').flatMap((value, index) => (value === null ? [] : [index + 1]));

  it.each([
    ['at every 5th epoch, which alone yields their number', valLosses(20, 4), [5, 10, 15, 20]],
    ['at every 3rd', valLosses(20, 6), [3, 6, 9, 12, 15, 18]],
    ['at the frequency that the log names', valLosses(10, 1, { validation_freq: 10 }), [10]],
    [
      'from the start if only the last epoch is missing',
      valLosses(20, 19),
      Array.from({ length: 19 }, (_, i) => i + 1),
    ],
    ['nowhere if their epochs are unknown', valLosses(20, 15), []],
    ['nowhere if several frequencies are possible', valLosses(10, 1), []],
  ])('are placed %s', (_, log, expected) => {
    expect(places(log)).toEqual(expected);
    expect(log.facts.notes).toEqual([expect.stringMatching(/curves\.stage2\.val_loss.* of \d+ epochs/)]);
  });
});

describe('a confusion matrix', () => {
  const square = (value: unknown) => Array.from({ length: 3 }, () => [value, value, value]);
  it.each<[unknown, string]>([
    [
      [
        [1, 2, 3],
        [4, 5],
        [6, 7, 8],
      ],
      'row 2 has 2 entries',
    ],
    [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      'it has 3 rows of 2 entries',
    ],
    [square(0), 'all its entries are 0'],
    [square(0.3), 'row 1 has an entry that is not a count: 0.3'],
    [square(-1), 'row 1 has an entry that is not a count: -1'],
    [square(null), 'row 1 has an entry that is not a count: null'],
    [[[1]], 'it has 1 row'],
    [Array.from({ length: 300 }, () => new Array(300).fill(1)), 'it has 300 rows'],
    [{ shape: [2, 2], data: [1, -1, 0, 0] }, 'not a count: -1'],
    ['a matrix', 'it is not a list of rows'],
  ])('that is bad is left out with a reason, and the log imported', (confusion_matrix, reason) => {
    const log = readObject({ metrics: { val_end2end: 0.5 }, confusion_matrix });
    expect(log.facts.notes).toEqual([expect.stringMatching(`^matrix left out: .*${reason}`)]);
    expect(evaluation(log)).toMatchObject({ confusion: { plain: null, tta: null }, metrics: { test_tta: null } });
  });

  it('may have its counts in quotes', () => {
    expect(evaluation(readObject({ confusion_matrix: square('2') }))!.confusion.tta).toEqual(square(2));
  });
});
