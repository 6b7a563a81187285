import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifar10Classes } from '@/lib/data/classes.ts';
import type { ImageSet } from '@/server/model/dataset/dataset.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { exportOnnx } from './export-onnx.ts';
import { kerasImages } from './interpret-keras.test-helper.ts';
import {
  availableBackbones,
  loadBaseWeights,
  loadTestImages,
  makeTrainedModel,
  trainerProbabilities,
} from './trained-model.test-helper.ts';
import type { TrainedModel } from './trained-model.ts';

describe.each(availableBackbones)('exportOnnx of a run from %s', (backbone) => {
  let folder: string;
  let base: Weights;
  let model: TrainedModel;
  let test: ImageSet;
  let session: InferenceSession;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'onnx-model-'));
    base = await loadBaseWeights(backbone);
    model = makeTrainedModel(base, backbone);
    test = await loadTestImages(backbone);
    await exportOnnx(path.join(folder, 'cifar10.onnx'), model);
    session = await InferenceSession.create(path.join(folder, 'cifar10.onnx'));
  });
  afterAll(async () => {
    await session.release();
    await rm(folder, { recursive: true });
  });

  /** Computes the probabilities of the first images with the exported file. */
  async function predict(count: number): Promise<Float32Array> {
    const image = new Tensor('float32', Float32Array.from(kerasImages(test.pixels, count)), [count, 32, 32, 3]);
    const { probabilities } = await session.run({ image });
    expect(probabilities!.dims).toEqual([count, 10]);
    return probabilities!.data as Float32Array;
  }

  it('predicts the trainer’s probabilities from channels-last pixels', async () => {
    const expected = await trainerProbabilities(model, base, test, 100);
    const found = await predict(100);
    expect(Math.max(...expected.map((value, at) => Math.abs(value - found[at]!)))).toBeLessThan(1e-4);
    expect(new Set(expected.map((value) => Math.round(value * 100))).size).toBeGreaterThan(20);
  });

  it('accepts any number of images', async () => {
    const [one, seven] = [await predict(1), await predict(7)];
    expect(Math.max(...one.map((value, at) => Math.abs(value - seven[at]!)))).toBeLessThan(1e-5);
    expect(session.inputMetadata[0]).toMatchObject({ name: 'image', shape: ['N', 32, 32, 3] });
    expect(session.outputMetadata[0]).toMatchObject({ name: 'probabilities', shape: ['N', 10] });
  });

  it('has class names and preprocessing in its metadata', async () => {
    const text = await readFile(path.join(folder, 'cifar10.onnx'), 'latin1');
    expect(text).toContain(JSON.stringify(cifar10Classes));
    expect(text).toContain('preprocessing');
  });
});
