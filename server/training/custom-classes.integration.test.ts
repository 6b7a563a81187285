import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { decodeClasses } from '@/lib/run/predictions.ts';
import { resultsLogSchema } from '@/lib/run/results-log.ts';
import { makeImages } from '@/server/model/dataset/custom-images/custom-images.test-helper.ts';
import { readKerasFile } from '@/server/model/export/interpret-keras.test-helper.ts';
import { someData, someDataFolder } from '@/server/model/network/real-data.test-helper.ts';
import { runTraining } from './run.ts';

const classes = ['blue', 'green', 'red'];

describe('a run on custom images with three classes', () => {
  let folder: string;
  const events: RunEvent[] = [];
  const inRun = (name: string) => path.join(folder, 'results', 'run', name);

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'custom-classes-'));
    const paths = {
      data: someDataFolder,
      results: path.join(folder, 'results'),
      datasets: path.join(folder, 'datasets'),
      cache: path.join(folder, 'cache'),
      cacheLimit: 1e9,
    };
    await makeImages(path.join(paths.datasets, 'paints'), { red: 25, green: 25, blue: 25 });
    const config = trainConfigSchema.parse({
      dataset: 'paints',
      backbone: someData.backbone,
      image_size: 96,
      n_unfreeze: 2,
      batch_size: 16,
      epochs_stage1: 4,
      epochs_stage2: 1,
    });
    const emit = (event: RunEvent) => void events.push(event);
    await runTraining({ runId: 'run', config, paths, emit, signal: new AbortController().signal });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('completes, and reports its classes and its test set', () => {
    expect(events.at(-1)?.type).toBe('completed');
    const started = events.find((event) => event.type === 'started')!;
    expect(started).toMatchObject({ classes, images: { train: 54, val: 6, test: 15 }, test: { name: 'paints' } });
    const evaluated = events.find((event) => event.type === 'evaluated')!;
    expect(evaluated.classes).toEqual(classes);
    expect(evaluated.confusion.tta!.map((row) => row.reduce((sum, count) => sum + count, 0))).toEqual([5, 5, 5]);
    expect(evaluated.metrics.test_end2end).toBeGreaterThan(1 / 3);
  });

  it('writes its classes to the log, the predictions and every model file', async () => {
    const log = resultsLogSchema.parse(
      JSON.parse(await readFile(path.join(folder, 'results', 'run_run.json'), 'utf8')),
    );
    expect([log.classes, log.confusion_matrix?.length, log.config.dataset]).toEqual([classes, 3, 'paints']);
    expect(decodeClasses(await readFile(inRun('predictions.bin')))).toMatchObject({ images: 15, classes: 3 });

    const keras = await readKerasFile(inRun('cifar10.h5'));
    const kernel = [...keras.weights.values()].flat().find(({ name }) => name.startsWith('logits/kernel'))!;
    expect(kernel.data).toHaveLength(128 * 3);

    const session = await InferenceSession.create(inRun('cifar10.onnx'));
    const { probabilities } = await session.run({
      image: new Tensor('float32', new Float32Array(3072), [1, 32, 32, 3]),
    });
    await session.release();
    expect(probabilities!.dims).toEqual([1, 3]);
    for (const name of ['cifar10.onnx', 'tfjs.zip']) {
      expect((await readFile(inRun(name))).length).toBeGreaterThan(1e6);
    }
    expect((await readFile(inRun('cifar10.onnx'))).includes(JSON.stringify(classes))).toBe(true);
  });
});
