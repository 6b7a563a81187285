import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { decodeClasses } from '@/lib/run/predictions.ts';
import { fewImages, makeFewImages } from '@/server/model/dataset/few-images.test-helper.ts';
import { send, spawnTrainer } from './spawn-trainer.test-helper.ts';

const allOptions: TrainConfigInput = {
  ...fewImages,
  train_limit: 300,
  image_size: 96,
  batch_size: 32,
  n_unfreeze: 10,
  epochs_stage1: 2,
  epochs_stage2: 2,
  augment: true,
  use_mixup: true,
  use_cutout: true,
  lr_stage2: 1e-3,
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'trainer-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a trainer in separate folders until it exits; `onEvent` may control it. */
async function train(
  name: string,
  config: TrainConfigInput,
  { onEvent }: { onEvent?: (event: RunEvent, child: ChildProcess) => void } = {},
) {
  const runFolder = path.join(folder, name);
  await makeFewImages(runFolder);
  return spawnTrainer(name, config, { data: path.join(runFolder, 'nothing'), folder: runFolder, onEvent });
}

const withoutProgress = (events: RunEvent[]) => events.filter(({ type }) => type !== 'progress');

/** The results that must be equal in two runs with the same config. */
const resultsOf = (events: RunEvent[]) =>
  events.flatMap((event): unknown[] => {
    if (event.type === 'epoch') return [event.metrics];
    return event.type === 'evaluated' ? [event.metrics, event.confusion] : [];
  });

describe('the trainer', () => {
  it('emits the events of a run in order, and the same config yields the same results', async () => {
    const first = await train('first', allOptions);
    expect(withoutProgress(first.events).map((event) => ('phase' in event ? event.phase : event.type))).toEqual([
      'started',
      'exported',
      'features',
      'features-kept',
      'head',
      'epoch',
      'epoch',
      'stage-ended',
      'measured',
      'finetune',
      'frozen-kept',
      'epoch',
      'epoch',
      'stage-ended',
      'evaluation',
      'measured',
      'evaluated',
      'export',
      ...Array(5).fill('exported'),
      'completed',
    ]);
    expect(first.events.some(({ type }) => type === 'progress')).toBe(true);
    expect(first.code).toBe(0);

    const second = await train('second', allOptions);
    expect(resultsOf(second.events)).toEqual(resultsOf(first.events));
    const other = await train('other', { ...allOptions, seed: 43 });
    expect(resultsOf(other.events)).not.toEqual(resultsOf(first.events));
  });

  it('writes predictions that agree with the events', async () => {
    const { events, results } = await train('predicted', {
      ...allOptions,
      n_unfreeze: 0,
      augment: false,
      use_mixup: false,
      use_cutout: false,
    });
    const evaluated = events.find((event) => event.type === 'evaluated')!;
    const predictions = decodeClasses(await readFile(path.join(results, 'predicted', 'predictions.bin')));
    const predictedAs = (label: number) => predictions.tta.filter((predicted) => predicted === label).length;
    const columns = evaluated.confusion.tta![0]!.map((_, c) =>
      evaluated.confusion.tta!.reduce((sum, row) => sum + row[c]!, 0),
    );
    expect(columns).toEqual(columns.map((_, label) => predictedAs(label)));
    const correct = evaluated.confusion.plain!.reduce((sum, row, label) => sum + row[label]!, 0);
    expect(correct / predictions.images).toBeCloseTo(evaluated.metrics.test_end2end!, 10);
    const matching = predictions.plain.filter((predicted, image) => predicted === predictions.labels![image]).length;
    expect(matching).toBe(correct);
  });

  it('stops between two steps when canceled, and leaves only checkpoints and sample images', async () => {
    const { events, code, results } = await train(
      'canceled',
      { ...allOptions, epochs_stage2: 1000 },
      {
        onEvent: (event, child) => {
          if (event.type === 'epoch' && event.stage === 2) send(child, { type: 'cancel' });
        },
      },
    );
    expect(events.at(-1)).toMatchObject({ type: 'canceled' });
    expect(events.filter((event) => event.type === 'epoch' && event.stage === 2).length).toBeLessThan(3);
    expect(code).toBe(0);
    expect(await readdir(results)).toEqual(['canceled']);
    const left = await readdir(path.join(results, 'canceled'));
    expect(left.sort()).toEqual([
      'checkpoint-before.safetensors',
      'checkpoint.safetensors',
      'stage1.safetensors',
      'wall.png',
    ]);
  });

  it('exits when the IPC channel closes', async () => {
    const { code } = await train(
      'orphan',
      { ...allOptions, epochs_stage2: 1000 },
      {
        onEvent: (event, child) => {
          if (event.type === 'epoch') child.disconnect();
        },
      },
    );
    expect(code).toBe(0);
  });

  it('reports that training diverged, and what to do', async () => {
    const { events } = await train('diverged', { ...allOptions, optimizer: 'sgd', lr_stage1: 1000, n_unfreeze: 0 });
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      code: 'not-finite',
      message: expect.stringContaining('lower learning rate'),
    });
  });

  it('reports a batch size larger than the training set', async () => {
    const { events } = await train('too-large', { ...allOptions, train_limit: 100, batch_size: 128 });
    expect(events.at(-1)).toMatchObject({ type: 'failed', code: 'batch-too-large' });
  });
});

it('reports missing data', async () => {
  const { events } = await train('empty', { ...allOptions, dataset: 'cifar10' });
  expect(events).toEqual([
    expect.objectContaining({
      type: 'failed',
      code: 'data-missing',
      message: expect.stringContaining('https://www.cs.toronto.edu/'),
    }),
  ]);
});
