import { mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backbones } from '@/lib/network/backbones.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { ActivationStore } from './activation-store.ts';
import { CacheFolder, listCache } from './cache-folder.ts';

const { network } = backbones.imagenet;

const count = 9;
const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 31 + (i >> 5) * 17) % 256;
const images: ImageSet = { pixels, labels: new Uint8Array(count), count };
const complete = Uint32Array.from({ length: count }, (_, index) => index);

/** Features are short rows, which are held in memory; the output of block 11, 96 × 6 × 6 at 96 px, is read from the file. */
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
    const created = new ActivationStore(
      createOnnxRuntimeEngine(),
      weights,
      model,
      dataHash,
      new CacheFolder(folder, limit),
    );
    stores.push(created);
    return created;
  }
  const onBatch = async (batch: number) => {
    computed += batch;
  };
  const all = { images, indices: complete, complete, mirrored: false };
  const bytes = 2 * width * count;

  it('computes once, then reads bit-identical values', async () => {
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

  it('serves a subset from the file of the complete set', async () => {
    const { rows } = await store().get(all, onBatch);
    const subset = await store().get({ ...all, indices: Uint32Array.of(7, 2) }, onBatch);
    expect(subset.cached).toBe(true);
    expect(subset.rows.slice(0, 2)).toEqual(rows.read(Uint32Array.of(7, 2)));
    expect(subset.rows.read(Uint32Array.of(1))).toEqual(rows.slice(2, 3));
  });

  it('separates different data and mirrored images', async () => {
    const { rows } = await store().get(all, onBatch);
    expect((await store('b').get(all, onBatch)).cached).toBe(false);
    const mirrored = await store().get({ ...all, mirrored: true }, onBatch);
    expect(mirrored.cached).toBe(false);
    expect(mirrored.rows.slice(0, count)).not.toEqual(rows.slice(0, count));
    expect(await readdir(folder)).toHaveLength(3);
  });

  it('recomputes the rows of a truncated file', async () => {
    const values = (await store().get(all, onBatch)).rows.slice(0, count);
    const [file] = await readdir(folder);
    await truncate(path.join(folder, file!), 1000);
    const again = await store().get(all, onBatch);
    expect(again.cached).toBe(false);
    expect(again.rows.slice(0, count)).toEqual(values);
  });

  it('leaves no file behind when it is stopped', async () => {
    const stop = async () => {
      throw new Error('canceled');
    };
    await expect(store().get(all, stop)).rejects.toThrow('canceled');
    expect(await readdir(folder)).toEqual([]);
  });

  it.each(['its files', 'the folder'])('survives the removal of %s while it computes', async (what) => {
    let isCleared = false;
    const clear = async () => {
      if (isCleared) return;
      isCleared = true;
      const names = await readdir(folder);
      if (what === 'the folder') await rm(folder, { recursive: true });
      else for (const name of names) await rm(path.join(folder, name));
    };
    const cleared = store();
    const { rows } = await cleared.get(all, clear);
    const values = rows.slice(0, count);
    expect((await cleared.get({ ...all, mirrored: true }, onBatch)).cached).toBe(false);
    expect(await readdir(folder)).toEqual([cleared.fileName(complete, true)]);
    expect((await cleared.get(all, onBatch)).rows.slice(0, count)).toEqual(values);
    expect((await store().get(all, onBatch)).rows.slice(0, count)).toEqual(values);
  });

  it('does not list a file that is being written', async () => {
    const names: string[] = [];
    await store().get(all, async () => {
      names.push(...(await readdir(folder)));
      expect(await listCache(folder)).toEqual([]);
    });
    expect(names.every((name) => name.endsWith(`.${process.pid}.tmp`))).toBe(true);
    expect(await listCache(folder)).toHaveLength(1);
    // A process that no longer exists has left this one.
    await writeFile(path.join(folder, 'features.f16.99999999.tmp'), '');
    expect(await listCache(folder)).toHaveLength(2);
  });

  it('removes the least recently used files if there is no room, but none that it uses', async () => {
    const old = store('old');
    await old.get(all, onBatch);
    await utimes(path.join(folder, old.fileName(complete, false)), 1, 1);
    const recent = store('recent');
    await recent.get(all, onBatch);
    const limited = store('limited', 2 * bytes);
    await limited.get(all, onBatch);
    const names = [recent, limited].map((each) => each.fileName(complete, false));
    expect((await readdir(folder)).sort()).toEqual(names.sort());
    await limited.get({ ...all, mirrored: true }, onBatch);
    const inUse = [false, true].map((mirrored) => limited.fileName(complete, mirrored));
    expect((await readdir(folder)).sort()).toEqual(inUse.sort());
    const others = complete.subarray(1);
    expect(await limited.hasRoomFor({ indices: others, complete: others, mirrored: false })).toBe(false);
  });

  it('holds rows in memory if the cache has no room, bit-identical', async () => {
    const { rows } = await store('a', bytes - 1).get(all, onBatch);
    expect(await readdir(folder)).toEqual([]);
    expect(rows.slice(0, count)).toEqual((await store().get(all, onBatch)).rows.slice(0, count));
  });
});
