import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backbones } from '../../lib/backbones.ts';
import { featureCount } from '../../lib/mobilenet-v2.ts';
import { type ImageSet, imageBytes } from './dataset/dataset.ts';
import { createOnnxRuntimeEngine } from './engine/onnxruntime.ts';
import { FeatureStore } from './features.ts';
import { randomWeights } from './network/random-weights.ts';

const { network } = backbones.imagenet;

const count = 9;
const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31 + (i >> 5) * 17) % 256;
const images: ImageSet = { pixels, labels: new Uint8Array(count), count };
const complete = Uint32Array.from({ length: count }, (_, index) => index);

describe('FeatureStore', () => {
  let folder: string;
  let computed: number;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'features-'));
    computed = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const weights = randomWeights(network);
  const store = (dataHash = 'a') =>
    new FeatureStore(createOnnxRuntimeEngine(), weights, { network, imageSize: 96 }, dataHash, folder);
  const onBatch = async (batch: number) => {
    computed += batch;
  };
  const all = { images, indices: complete, complete, mirrored: false };

  it('computes once and reads then, to the bit', async () => {
    const first = await store().get(all, onBatch);
    expect(first).toMatchObject({ cached: false });
    expect(first.rows).toHaveLength(count * featureCount);
    expect(new Set(first.rows).size).toBeGreaterThan(1000);
    const second = await store().get(all, onBatch);
    expect(second.cached).toBe(true);
    expect(second.rows).toEqual(first.rows);
    expect(computed).toBe(count);
  });

  it('serves a part from the file of all', async () => {
    const { rows } = await store().get(all, onBatch);
    const part = await store().get({ ...all, indices: Uint32Array.of(7, 2) }, onBatch);
    expect(part.cached).toBe(true);
    expect(part.rows.subarray(0, featureCount)).toEqual(rows.subarray(7 * featureCount, 8 * featureCount));
    expect(part.rows.subarray(featureCount)).toEqual(rows.subarray(2 * featureCount, 3 * featureCount));
  });

  it('keeps other data, mirror images and parts apart', async () => {
    const { rows } = await store().get(all, onBatch);
    expect((await store('b').get(all, onBatch)).cached).toBe(false);
    const mirrored = await store().get({ ...all, mirrored: true }, onBatch);
    expect(mirrored.cached).toBe(false);
    expect(mirrored.rows).not.toEqual(rows);
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('computes again where a file is cut short', async () => {
    const { rows } = await store().get(all, onBatch);
    const [file] = await readdir(folder);
    await truncate(path.join(folder, file!), 1000);
    const again = await store().get(all, onBatch);
    expect(again.cached).toBe(false);
    expect(again.rows).toEqual(rows);
  });

  it('leaves no file where it is stopped', async () => {
    const stop = async () => {
      throw new Error('canceled');
    };
    await expect(store().get(all, stop)).rejects.toThrow('canceled');
    expect(await readdir(folder)).toEqual([]);
  });
});
