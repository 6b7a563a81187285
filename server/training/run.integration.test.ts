import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { decodePredictions } from '@/lib/run/predictions.ts';
import { decodeSamplePredictions } from '@/lib/run/sample-predictions.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { kerasImage, predict, readKerasFile } from '@/server/model/export/interpret-keras.test-helper.ts';
import type { Parameters } from '@/server/model/network/head.ts';
import {
  loadSomeData,
  loadSomeWeights,
  someData,
  someDataFolder,
  someNetwork,
} from '@/server/model/network/real-data.test-helper.ts';
import { readTrainedParameters } from '@/server/model/network/trained-parameters.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { logitsFromImages } from '@/server/model/predict.ts';
import { softmax } from '@/server/model/scores.ts';
import { runTraining } from './run.ts';

const network = someNetwork;
const nUnfreeze = 30;
const config = trainConfigSchema.parse({
  ...someData,
  n_unfreeze: nUnfreeze,
  image_size: 96,
  train_limit: 450,
  batch_size: 64,
  epochs_stage1: 2,
  epochs_stage2: 2,
  lr_stage2: 1e-4,
});

/** Validation and test images of a run on 450 of CIFAR-10's 45,000 training images, or of sketch10's 8,000. */
const counts = someData.dataset === 'cifar10' ? { val: 50, test: 100 } : { val: 56, test: 113 };

describe('the files of a run with N = 30', () => {
  let folder: string;
  let exported: { weights: Weights; head: Parameters };
  let base: Weights;
  const events: RunEvent[] = [];
  const run = () => path.join(folder, 'results', 'run');

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'run-'));
    const paths = {
      data: someDataFolder,
      results: path.join(folder, 'results'),
      datasets: folder,
      cache: path.join(folder, 'cache'),
      cacheLimit: 1e9,
    };
    const emit = (event: RunEvent) => void events.push(event);
    const outcome = await runTraining({ runId: 'run', config, paths, emit, signal: new AbortController().signal });
    expect(outcome).toBe('completed');

    base = await loadSomeWeights(96);
    const keras = await readKerasFile(path.join(run(), 'cifar10.h5'));
    const tensors = new Map([...keras.weights.values()].flat().map((each) => [each.name.replace(/:0$/, ''), each]));
    exported = {
      weights: new Map([...base.keys()].map((name) => [name, tensors.get(name)!])),
      head: new Map([...tensors].filter(([name]) => !base.has(name)).map(([name, { data }]) => [name, data])),
    };
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('contain 15 changed conv layers; the rest of the base is bit-identical', () => {
    const same = (name: string) =>
      Buffer.from(exported.weights.get(name)!.data.buffer.slice(0)).equals(
        Buffer.from(base.get(name)!.data.slice().buffer),
      );
    const changed = [...base.keys()].filter((name) => !same(name));
    expect(changed.sort()).toEqual(trainedConvolutions(network, nUnfreeze).map(kernelName).sort());
    expect(changed).toHaveLength(15);
  });

  it('predict the same as the trainer for 100 test images', async () => {
    const dataset = await loadSomeData();
    const { test } = dataset;
    const indices = splitImages(dataset, config.train_limit).test.subarray(0, 100);
    expect(indices).toHaveLength(100);
    const programs = new Programs(createOnnxRuntimeEngine(), exported.weights, {
      network,
      imageSize: 96,
      nUnfreeze,
      classes: 10,
    });
    const kernels = trainedConvolutions(network, nUnfreeze).map((each): [string, Float32Array] => [
      kernelName(each),
      exported.weights.get(kernelName(each))!.data,
    ]);
    const parameters = new Map([...kernels, ...exported.head]);
    const expected = softmax(await logitsFromImages(programs, parameters, test, indices, { mirrored: false }), 10);
    // The run's own predictions start from float16 activations and are stored as float16.
    const stored = decodePredictions(await readFile(path.join(run(), 'predictions.bin')));
    for (const [index, value] of expected.entries())
      expect(Math.abs(value - stored.probabilities.plain[index]!)).toBeLessThan(3e-3);

    const images = Array.from(indices, (image) =>
      kerasImage(test.pixels.subarray(image * imageBytes, (image + 1) * imageBytes)),
    );
    const largestDifference = (predicted: ArrayLike<number>) =>
      Math.max(...Array.from(expected, (value, at) => Math.abs(value - predicted[at]!)));
    const keras = await readKerasFile(path.join(run(), 'cifar10.h5'));
    expect(largestDifference(images.flatMap((image) => [...predict(keras, image)]))).toBeLessThan(1e-4);

    const session = await InferenceSession.create(path.join(run(), 'cifar10.onnx'));
    const pixels = Float32Array.from(images.flatMap((image) => [...image]));
    const { probabilities } = await session.run({ image: new Tensor('float32', pixels, [100, 32, 32, 3]) });
    await session.release();
    expect(largestDifference(probabilities!.data as Float32Array)).toBeLessThan(1e-4);
  });

  it('can be loaded and used without the trainer', async () => {
    const dataset = await loadSomeData();
    const indices = splitImages(dataset, config.train_limit).test.subarray(0, 20);
    const parameters = await readTrainedParameters(path.join(run(), 'checkpoint.safetensors'));
    const model = { network, imageSize: 96, nUnfreeze, classes: 10 };
    const programs = new Programs(createOnnxRuntimeEngine(), base, model);
    const logits = await logitsFromImages(programs, parameters, dataset.test, indices, { mirrored: false });
    await programs.release();
    const stored = decodePredictions(await readFile(path.join(run(), 'predictions.bin')));
    for (const [index, value] of softmax(logits, 10).entries())
      expect(Math.abs(value - stored.probabilities.plain[index]!)).toBeLessThan(3e-3);
  });

  it('come with predictions for the sample images after every epoch', async () => {
    const started = events.find((event) => event.type === 'started')!;
    const epochs = events.filter((event) => event.type === 'epoch');
    // There are few validation images, so all of them are samples.
    expect(started.wall).toHaveLength(counts.val);
    for (const { wall, metrics } of epochs) {
      const correct = decodeSamplePredictions(wall!).filter(
        (predicted, image) => predicted === started.wall![image],
      ).length;
      expect(correct / counts.val).toBeCloseTo(metrics.val_accuracy!, 12);
    }
    const png = await readFile(path.join(run(), 'wall.png'));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([640, 96]);
  });

  it('come with separate progress for the frozen layers and the epochs of stage 2', () => {
    const progress = events.filter((event) => event.type === 'progress').find(({ part }) => part === 'frozen')!;
    expect(progress).toMatchObject({ phase: 'finetune', done: 64, total: 450 });
    expect(progress.epoch).toBeUndefined();
  });

  it('come with events that identify the test set', () => {
    const started = events.find((event) => event.type === 'started')!;
    expect(started).toMatchObject({
      trainedKernels: 15,
      images: { train: 450, ...counts },
      test: { images: counts.test },
    });
  });
});
