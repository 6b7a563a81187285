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

/** Image i has the label i mod 10; its pixels differ from image to image and from place to place. */
function images(count: number): ImageSet {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  for (let i = 0; i < pixels.length; i++) pixels[i] = (i * 7919 + (i >> 8)) & 255;
  return { pixels, labels: Uint8Array.from({ length: count }, (_, i) => i % classes), count };
}

const set = images(60);
/** Every other image: 25 of them, so that places and indices are not the same. */
const indices = Uint32Array.from({ length: 25 }, (_, i) => 2 * i);
const configOf = (changes: object) => trainConfigSchema.parse({ batch_size: 8, ...changes });
const everything = configOf({ augment: true, use_cutout: true, use_mixup: true });

/** The worker as it is shipped: one bundled file. */
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
  const made: Batch[] = [];
  for await (const batch of batches.epoch(epoch)) made.push(batch);
  return made;
}

/** One epoch by whoever makes it, in worker or in place. */
async function oneEpoch(config: ReturnType<typeof configOf>, epoch = 1): Promise<Batch[]> {
  const batches = createBatches({ images: set, indices, classes, config, workerFile });
  try {
    return await epochOf(batches, epoch);
  } finally {
    await batches.close();
  }
}

/** Where an image's bytes are, as numbers in [0, 1]. */
const original = (image: number) =>
  Float32Array.from(set.pixels.subarray(image * imageBytes, (image + 1) * imageBytes), (byte) => byte / 255);
const row = (batch: Batch, place: number) => batch.pixels.subarray(place * imageBytes, (place + 1) * imageBytes);

describe('plain training batches', () => {
  const config = configOf({});

  it('hold every image once an epoch, as it is, with its own label; the last one is smaller', async () => {
    const made = await oneEpoch(config);
    expect(made.map(({ count }) => count)).toEqual([8, 8, 8, 1]);
    expect(made.flatMap(({ order }) => [...order]).sort((a, b) => a - b)).toEqual([...indices]);
    for (const batch of made) {
      expect(batch.pixels).toHaveLength(batch.count * imageBytes);
      expect(batch.targets).toHaveLength(batch.count * classes);
      for (const [place, image] of batch.order.entries()) {
        expect(row(batch, place)).toEqual(original(image));
        const target = [...batch.targets.subarray(place * classes, (place + 1) * classes)];
        expect(target).toEqual(target.map((_, c) => Number(c === image % classes)));
      }
    }
  });

  it('are shuffled anew in every epoch and for every seed, and the same for the same', async () => {
    const orderOf = async (changes: object, epoch: number) =>
      String((await oneEpoch(configOf(changes), epoch)).flatMap(({ order }) => [...order]));
    const orders = [await orderOf({}, 1), await orderOf({}, 2), await orderOf({ seed: 43 }, 1), String([...indices])];
    expect(new Set(orders).size).toBe(4);
    expect(await orderOf({}, 2)).toBe(orders[1]);
  });

  it('are fewer than one batch holds, where there are no more images', () => {
    const batches = createBatches({ images: set, indices, classes, config: configOf({ batch_size: 100 }) });
    expect(batches).toMatchObject({ batchesPerEpoch: 1, images: 25 });
  });
});

describe('batches of changed pixels', () => {
  it.each([{ augment: true }, { use_cutout: true }, { use_mixup: true }])('%j: are whole', async (changes) => {
    const config = configOf(changes);
    const batches = createBatches({ images: set, indices, classes, config, workerFile });
    expect(batches).toMatchObject({ batchesPerEpoch: 3, images: 24 });
    const made = await epochOf(batches, 1);
    await batches.close();
    expect(made.map(({ count }) => count)).toEqual([8, 8, 8]);
    expect(new Set(made.flatMap(({ order }) => [...order])).size).toBe(24);
    const unchanged = made.filter((batch) =>
      batch.order.every((image, i) => `${row(batch, i)}` === `${original(image)}`),
    );
    expect(unchanged).toEqual([]);
    for (const batch of made) {
      expect(batch.pixels.every((value) => value >= 0 && value <= 1)).toBe(true);
      for (let place = 0; place < batch.count; place++) {
        const target = batch.targets.subarray(place * classes, (place + 1) * classes);
        expect(target.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
        // Never less than half its own (unless the partner's is the same class).
        expect(target[batch.order[place]! % classes]).toBeGreaterThanOrEqual(0.5);
      }
    }
  });

  it('are the same made in the worker as in place, in every epoch', async () => {
    const { batch_size: batchSize, seed } = everything;
    const plan = { images: set, indices, classes, batchSize, seed, options: everything };
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile });
    for (const epoch of [1, 2, 1]) {
      const made = await epochOf(batches, epoch);
      const order = epochOrder(plan, epoch);
      expect(made).toEqual([0, 1, 2].map((number) => makeBatch(plan, order, epoch, number)));
    }
    await batches.close();
  });

  it('differ from epoch to epoch and from seed to seed', async () => {
    const [first, second, other] = [
      await oneEpoch(everything, 1),
      await oneEpoch(everything, 2),
      await oneEpoch({ ...everything, seed: 43 }, 1),
    ];
    expect(first).not.toEqual(second);
    expect(first).not.toEqual(other);
    expect(await oneEpoch(everything, 1)).toEqual(first);
  });

  it('come in order although the one who asks is busy meanwhile, and after an epoch left in the middle', async () => {
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile });
    const expected = await epochOf(batches, 2);
    for await (const batch of batches.epoch(1)) {
      expect(batch.count).toBe(8);
      break;
    }
    const made: Batch[] = [];
    for await (const batch of batches.epoch(2)) {
      made.push(batch);
      for (const until = performance.now() + 30; performance.now() < until; ); // as a training step blocks
    }
    expect(made).toEqual(expected);
    await batches.close();
  });

  it('are refused in words where the images do not fill one', () => {
    const create = () =>
      createBatches({ images: set, indices, classes, config: { ...everything, batch_size: 26 }, workerFile });
    expect(create).toThrow(DataError);
    expect(create).toThrow('25 training images do not fill one batch of 26: lower batch_size or raise train_limit.');
  });

  it('tell why there are none when the worker cannot start, also when it is asked late', async () => {
    const missing = pathToFileURL(path.join(folder, 'missing.mjs'));
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile: missing });
    await expect(epochOf(batches, 1)).rejects.toThrow(/missing\.mjs/);
    await expect(epochOf(batches, 2)).rejects.toThrow(/missing\.mjs/);
    await batches.close();
  });

  it('end with an error for who still waits when the worker is closed', async () => {
    const batches = createBatches({ images: set, indices, classes, config: everything, workerFile });
    const waiting = expect(epochOf(batches, 1)).rejects.toMatchObject({ code: 'batches-ended' });
    await batches.close();
    await waiting;
  });
});

describe('plainBatches', () => {
  it('gives the images in the order asked for, the last batch smaller', () => {
    const chosen = Uint32Array.of(5, 3, 59, 3, 0);
    const made = [...plainBatches(set, chosen, 2, { mirrored: false })];
    expect(made.map(({ count }) => count)).toEqual([2, 2, 1]);
    const all = made.flatMap(({ pixels }) => [...pixels]);
    expect(all).toEqual([...chosen].flatMap((image) => [...original(image)]));
  });

  it('mirrors each line', () => {
    const [batch] = [...plainBatches(set, Uint32Array.of(7), 4, { mirrored: true })];
    const plain = original(7);
    for (let line = 0; line < imageBytes; line += 32) {
      expect([...batch!.pixels.subarray(line, line + 32)]).toEqual([...plain.subarray(line, line + 32)].reverse());
    }
  });

  it('of no images is none', () => {
    expect([...plainBatches(set, new Uint32Array(), 4, { mirrored: false })]).toEqual([]);
  });
});
