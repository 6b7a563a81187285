import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { resultsLogSchema } from '@/lib/run/results-log.ts';
import { fewImages, makeFewImages } from '@/server/model/dataset/few-images.test-helper.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { send, spawnTrainer } from './spawn-trainer.test-helper.ts';

/** Enables everything random in both stages, with learning rates high enough to change every weight. */
const config: TrainConfigInput = {
  ...fewImages,
  n_unfreeze: 10,
  image_size: 96,
  train_limit: 200,
  batch_size: 32,
  epochs_stage1: 3,
  epochs_stage2: 3,
  augment: true,
  use_mixup: true,
  use_cutout: true,
  dropout: 0.4,
  lr_stage2: 1e-3,
  engine: 'cpu',
};

type Epoch = RunEventOf<'epoch'>;
const hashOf = (data: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');
const isEpoch = (event: RunEvent): event is Epoch => event.type === 'epoch';

describe('a resumed run', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'resume-'));
    await makeFewImages(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const runFolder = (runId: string) => path.join(folder, 'results', runId);

  const train = (
    runId: string,
    options: Partial<Parameters<typeof spawnTrainer>[2]> & { config?: TrainConfigInput } = {},
  ) => spawnTrainer(runId, options.config ?? config, { data: path.join(folder, 'nothing'), folder, ...options });

  /** Cancels when this epoch or a later one is reported. */
  const cancelAt =
    (stage: number, epoch: number) =>
    (event: RunEvent, child: ChildProcess): void => {
      const isDue = isEpoch(event) && (event.stage > stage || (event.stage === stage && event.epoch >= epoch));
      if (isDue) send(child, { type: 'cancel' });
    };
  const resume = { furtherFrom: 0 };
  const lastType = (events: RunEvent[]) => events.at(-1)?.type;

  /** The results that must be bit-identical; hashes of arrays and files. */
  async function resultsOf(runId: string) {
    const { last, best, optimizer, learningRate, earlyStopping, reduceLrOnPlateau } = await readCheckpoint(
      runFolder(runId),
    );
    const log = resultsLogSchema.parse(
      JSON.parse(await readFile(path.join(folder, 'results', `run_${runId}.json`), 'utf8')),
    );
    const hashes = (tensors: Map<string, Float32Array>) => [...tensors].map(([name, data]) => [name, hashOf(data)]);
    return {
      learningRate,
      earlyStopping,
      reduceLrOnPlateau,
      steps: optimizer.steps,
      last: hashes(last),
      best: hashes(best),
      slots: hashes(optimizer.slots),
      metrics: log.metrics,
      curves: log.curves,
      confusion: log.confusion_matrix,
      bestEpoch: log.best_epoch,
      predictions: hashOf(await readFile(path.join(runFolder(runId), 'predictions.bin'))),
      model: hashOf(await readFile(path.join(runFolder(runId), 'cifar10.onnx'))),
    };
  }

  it('is bit-identical to an uninterrupted one, in both stages, and its curve has no gap and no overlap', async () => {
    const uninterrupted = await train('uninterrupted');
    expect(lastType(uninterrupted.events)).toBe('completed');
    const parts: RunEvent[][] = [];
    for (const [stage, epoch] of [
      [1, 1],
      [1, 3],
      [2, 1],
      [2, 2],
    ] as const) {
      const { events } = await train('parts', {
        onEvent: cancelAt(stage, epoch),
        ...(parts.length > 0 && { resume }),
      });
      expect(lastType(events)).toBe('canceled');
      parts.push(events);
    }
    const { events } = await train('parts', { resume });
    expect(lastType(events)).toBe('completed');
    parts.push(events);
    expect(await resultsOf('parts')).toEqual(await resultsOf('uninterrupted'));

    const epochs = parts.flat().filter(isEpoch);
    expect(epochs.map(({ stage, epoch }) => [stage, epoch])).toEqual([
      ...[1, 2, 3].map((epoch) => [1, epoch]),
      ...[1, 2, 3].map((epoch) => [2, epoch]),
    ]);
    expect(epochs.map(({ metrics }) => metrics)).toEqual(
      uninterrupted.events.filter(isEpoch).map(({ metrics }) => metrics),
    );
    // Each attempt reports from where it resumes, and all epochs until then.
    for (const [index, events] of parts.slice(1).entries()) {
      const before = parts
        .slice(0, index + 1)
        .flat()
        .filter(isEpoch);
      const { stage, epoch } = before.at(-1)!;
      const resumed = events.find((event) => event.type === 'resumed')!;
      expect(resumed).toMatchObject({ stage, epoch });
      expect(resumed.told!.filter(isEpoch)).toEqual(before);
    }
  }, 600_000);

  it('resumes from the previous checkpoint if the newest is truncated, and restarts without a checkpoint', async () => {
    await train('truncated', { onEvent: cancelAt(2, 2) });
    await truncate(path.join(runFolder('truncated'), 'checkpoint.safetensors'), 1000);
    const { events } = await train('truncated', { resume });
    expect(events.filter(isEpoch).map(({ stage, epoch }) => [stage, epoch])).toEqual([
      [2, 2],
      [2, 3],
    ]);
    expect(await resultsOf('truncated')).toEqual(await resultsOf('uninterrupted'));

    await train('none', { resume });
    expect(await resultsOf('none')).toEqual(await resultsOf('uninterrupted'));
  }, 600_000);

  it('is bit-identical if it extends a completed run', async () => {
    const short = { ...config, epochs_stage2: 1 };
    expect(lastType((await train('further', { config: short })).events)).toBe('completed');
    await train('further', { resume: { furtherFrom: 1 } });
    expect(await resultsOf('further')).toEqual(await resultsOf('uninterrupted'));
  }, 600_000);
});
