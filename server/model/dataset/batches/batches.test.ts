import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { type ImageSet, imageBytes } from '@/server/model/dataset/dataset.ts';
import { DataError } from '@/server/model/errors.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { type Batches, createBatches, plainBatches } from './batches.ts';
import { type Batch, epochOrder, makeBatch } from './make-batch.ts';

const classes = 10;

/** Image i has label i mod 10. The pixels differ between images and positions. */
function images(count: number): ImageSet {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 7919 + (i >> 8)) & 255;
  return { pixels, labels: Uint8Array.from({ length: count }, (_, i) => i % classes), count };
}

const set = images(60);
/** 25 images, every other one, so that positions and indices differ. */
const indices = Uint32Array.from({ length: 25 }, (_, i) => 2 * i);
const configOf = (changes: object) => trainConfigSchema.parse({ batch_size: 8, ...changes });
const everything = configOf({ augment: true, use_cutout: true, use_mixup: true });

/** The worker as shipped: one bundled file. */
let folder: string;
let workerFile: URL;
beforeAll(async () => {
  const cache = inProject('node_modules/.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(path.join(cache, 'batches-'));
  const outfile = path.join(folder, 'batches-worker.mjs');
  const entry = path.join(import.meta.dirname, 'batches-worker.ts');
  await build({ entryPoints: [entry], outfile, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });
  workerFile = pathToFileURL(outfile);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function epochOf(batches: Batches, epoch: number): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches.epoch(epoch)) all.push(batch);
  return all;
}

/** The batches of one epoch, created by the worker or in this thread. */
async function oneEpoch(config: ReturnType<typeof configOf>, epoch = 1): Promise<Batch[]> {
  const batches = createBatches({ images: set, indices, classes, config, workerFile });
  try {
    return await epochOf(batches, epoch);
  } finally {
    await batches.close();
  }
}

/** An image's pixels in [0, 1], unchanged. */
const original = (image: number) =>
  Float32Array.from(set.pixels.subarray(image * imageBytes, (image + 1) * imageBytes), (byte) => byte / 255);
const pixelsAt = (batch: Batch, row: number) => batch.pixels.subarray(row * imageBytes, (row + 1) * imageBytes);

describe('plain training batches', () => {
  const config = configOf({});

  it('contain every image once per epoch, unchanged, with its label; the last batch is smaller', async () => {
    const all = await oneEpoch(config);
    expect(all.map(({ count }) => count)).toEqual([8, 8, 8, 1]);
    expect(all.flatMap(({ order }) => [...order]).sort((a, b) => a - b)).toEqual([...indices]);
    for (const batch of all) {
      expect(batch.pixels).toHaveLength(batch.count * imageBytes);
      expect(batch.targets).toHaveLength(batch.count * classes);
      for (const [row, image] of batch.order.entries()) {
        expect(pixelsAt(batch, row)).toEqual(original(image));
        const target = [...batch.targets.subarray(row * classes, (row + 1) * classes)];
        expect(target).toEqual(target.map((_, c) => Number(c === image % classes)));
      }
    }
  });

  it('are shuffled differently for every epoch and seed, reproducibly', async () => {
    const orderOf = async (changes: object, epoch: number) =>
      String((await oneEpoch(configOf(changes), epoch)).flatMap(({ order }) => [...order]));
    const orders = [await orderOf({}, 1), await orderOf({}, 2), await orderOf({ seed: 43 }, 1), String([...indices])];
    expect(new Set(orders).size).toBe(4);
    expect(await orderOf({}, 2)).toBe(orders[1]);
  });

  it('may be a single incomplete batch if there are fewer images than the batch size', () => {
    const batches = createBatches({ images: set, indices, classes, config: configOf({ batch_size: 100 }) });
    expect(batches).toMatchObject({ batchesPerEpoch: 1, images: 25 });
  });
});

describe('augmented batches', () => {
  it.each([{ augment: true }, { use_cutout: true }, { use_mixup: true }])('%j: are complete', async (changes) => {
    const config = configOf(changes);
    const batches = createBatches({ images: set, indices, classes, config, workerFile });
    expect(batches).toMatchObject({ batchesPerEpoch: 3, images: 24 });
    const all = await epochOf(batches, 1);
    await batches.close();
    expect(all.map(({ count }) => count)).toEqual([8, 8, 8]);
    expect(new Set(all.flatMap(({ order }) => [...order])).size).toBe(24);
    const unchanged = all.filter((batch) =>
      batch.order.every((image, i) => `${pixelsAt(batch, i)}` === `${original(image)}`),
    );
    expect(unchanged).toEqual([]);
    for (const batch of all) {
      expect(batch.pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (let row = 0; row < batch.count; row++) {
        const target = batch.targets.subarray(row * classes, (row + 1) * classes);
        expect(target.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
        // The image's own class has at least half the target.
        expect(target[batch.order[row]! % classes]).toBeGreaterThanOrEqual(0.5);
      }
    }
  });

  it('are the same from the worker as from this thread, in every epoch', async () => {
    const { batch_size: batchSize, seed } = everything;
    const plan = { images: set, indices, classes, batchSize, seed, options: everything };
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile });
    for (const epoch of [1, 2, 1]) {
      const all = await epochOf(batches, epoch);
      const order = epochOrder(plan, epoch);
      expect(all).toEqual([0, 1, 2].map((number) => makeBatch(plan, order, epoch, number)));
    }
    await batches.close();
  });

  it('differ between epochs and between seeds', async () => {
    const [first, second, other] = [
      await oneEpoch(everything, 1),
      await oneEpoch(everything, 2),
      await oneEpoch({ ...everything, seed: 43 }, 1),
    ];
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(other);
    expect(await oneEpoch(everything, 1)).toEqual(first);
  });

  it('arrive in order, even if the consumer is busy meanwhile and left the previous epoch early', async () => {
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile });
    const expected = await epochOf(batches, 2);
    for await (const batch of batches.epoch(1)) {
      expect(batch.count).toBe(8);
      break;
    }
    const all: Batch[] = [];
    for await (const batch of batches.epoch(2)) {
      all.push(batch);
      for (const until = performance.now() + 30; performance.now() < until; ); // blocks like a training step
    }
    expect(all).toEqual(expected);
    await batches.close();
  });

  it('report how to proceed if there are fewer images than the batch size', () => {
    const create = () =>
      createBatches({ images: set, indices, classes, config: { ...everything, batch_size: 26 }, workerFile });
    expect(create).toThrow(DataError);
    expect(create).toThrow(
      'There are only 25 training images, fewer than one batch of 26. Lower batch_size or raise train_limit.',
    );
  });

  it('fail with the worker’s error if it cannot start, in later epochs too', async () => {
    const missing = pathToFileURL(path.join(folder, 'missing.mjs'));
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile: missing });
    await expect(epochOf(batches, 1)).rejects.toThrow(/missing\.mjs/);
    await expect(epochOf(batches, 2)).rejects.toThrow(/missing\.mjs/);
    await batches.close();
  });

  it('fail with an error for a waiting consumer if the worker is closed', async () => {
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile });
    const waiting = expect(epochOf(batches, 1)).rejects.toMatchObject({ code: 'batches-ended' });
    await batches.close();
    await waiting;
  });
});

describe('plainBatches', () => {
  it('yields the images in the requested order; the last batch is smaller', () => {
    const selected = Uint32Array.of(5, 3, 59, 3, 0);
    const all = [...plainBatches(set, selected, 2, { mirrored: false })];
    expect(all.map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(all.flatMap(({ pixels }) => [...pixels])).toEqual([...selected].flatMap((image) => [...original(image)]));
  });

  it('mirrors each row of pixels', () => {
    const [batch] = [...plainBatches(set, Uint32Array.of(7), 4, { mirrored: true })];
    const plain = original(7);
    for (let line = 0; line < imageBytes; line += 32) {
      expect([...batch!.pixels.subarray(line, line + 32)]).toEqual([...plain.subarray(line, line + 32)].reverse());
    }
  });

  it('yields nothing for no images', () => {
    expect([...plainBatches(set, new Uint32Array(), 4, { mirrored: false })]).toEqual([]);
  });
});
