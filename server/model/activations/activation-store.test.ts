import { mkdtemp, readdir, rm, truncate, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backbones } from '@/lib/network/backbones.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { ActivationStore } from './activation-store.ts';
import { CacheFolder } from './cache-folder.ts';

const { network } = backbones.imagenet;

const count = 9;
const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31 + (i >> 5) * 17) % 256;
const images: ImageSet = { pixels, labels: new Uint8Array(count), count };
const complete = Uint32Array.from({ length: count }, (_, index) => index);

/** Features are short rows and held in memory; what block 11 hands over at 96 px, 96 × 6 × 6, is read from the file. */
describe.each([
  ['features', 0, 1280],
  ['the output of block 11', 30, 96 * 6 * 6],
])('a store of %s', (_, nUnfreeze, width) => {
  let folder: string;
  let computed: number;
  let stores: ActivationStore[];
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'frozen-'));
    computed = 0;
    stores = [];
  });
  afterEach(async () => {
    for (const store of stores) await store.release();
    await rm(folder, { recursive: true });
  });

  const weights = randomWeights(network);
  function store(dataHash = 'a', limit = 1e9): ActivationStore {
    const model = { network, imageSize: 96, nUnfreeze };
    const made = new ActivationStore(
      createOnnxRuntimeEngine(),
      weights,
      model,
      dataHash,
      new CacheFolder(folder, limit),
    );
    stores.push(made);
    return made;
  }
  const onBatch = async (batch: number) => {
    computed += batch;
  };
  const all = { images, indices: complete, complete, mirrored: false };
  const bytes = 2 * width * count;

  it('computes once and reads then, to the bit', async () => {
    const first = await store().get(all, onBatch);
    expect(first).toMatchObject({ cached: false, rows: { count } });
    const values = first.rows.slice(0, count);
    expect(values).toHaveLength(count * width);
    expect(new Set(values).size).toBeGreaterThan(1000);
    const second = await store().get(all, onBatch);
    expect(second.cached).toBe(true);
    expect(second.rows.slice(0, count)).toEqual(values);
    expect(second.rows.read(Uint32Array.of(8, 3, 4))).toEqual(
      Float32Array.of(...values.subarray(8 * width), ...values.subarray(3 * width, 5 * width)),
    );
    expect(computed).toBe(count);
  });

  it('serves a part from the file of all', async () => {
    const { rows } = await store().get(all, onBatch);
    const part = await store().get({ ...all, indices: Uint32Array.of(7, 2) }, onBatch);
    expect(part.cached).toBe(true);
    expect(part.rows.slice(0, 2)).toEqual(rows.read(Uint32Array.of(7, 2)));
    expect(part.rows.read(Uint32Array.of(1))).toEqual(rows.slice(2, 3));
  });

  it('keeps other data, mirror images and parts apart', async () => {
    const { rows } = await store().get(all, onBatch);
    expect((await store('b').get(all, onBatch)).cached).toBe(false);
    const mirrored = await store().get({ ...all, mirrored: true }, onBatch);
    expect(mirrored.cached).toBe(false);
    expect(mirrored.rows.slice(0, count)).not.toEqual(rows.slice(0, count));
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('computes again where a file is cut short', async () => {
    const values = (await store().get(all, onBatch)).rows.slice(0, count);
    const [file] = await readdir(folder);
    await truncate(path.join(folder, file!), 1000);
    const again = await store().get(all, onBatch);
    expect(again.cached).toBe(false);
    expect(again.rows.slice(0, count)).toEqual(values);
  });

  it('leaves no file where it is stopped', async () => {
    const stop = async () => {
      throw new Error('canceled');
    };
    await expect(store().get(all, stop)).rejects.toThrow('canceled');
    expect(await readdir(folder)).toEqual([]);
  });

  it('removes what was not used for longest where there is no room, and none of its own', async () => {
    const old = store('old');
    await old.get(all, onBatch);
    await utimes(path.join(folder, old.fileName(complete, false)), 1, 1);
    const recent = store('recent');
    await recent.get(all, onBatch);
    const own = store('own', 2 * bytes);
    await own.get(all, onBatch);
    const names = [recent, own].map((each) => each.fileName(complete, false));
    expect((await readdir(folder)).sort()).toEqual(names.sort());
    await own.get({ ...all, mirrored: true }, onBatch);
    const mine = [false, true].map((mirrored) => own.fileName(complete, mirrored));
    expect((await readdir(folder)).sort()).toEqual(mine.sort());
    const others = complete.subarray(1);
    expect(await own.hasRoomFor({ indices: others, complete: others, mirrored: false })).toBe(false);
  });

  it('holds in memory what finds no room, the same to the bit', async () => {
    const { rows } = await store('a', bytes - 1).get(all, onBatch);
    expect(await readdir(folder)).toEqual([]);
    expect(rows.slice(0, count)).toEqual((await store().get(all, onBatch)).rows.slice(0, count));
  });
});
