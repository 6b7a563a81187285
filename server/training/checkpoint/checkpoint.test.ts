import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Checkpoint, deletePreviousCheckpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'checkpoint-'));
});
afterEach(() => rm(folder, { recursive: true }));

const weights = (first: number) =>
  new Map([
    ['dense/kernel', Float32Array.of(first, -0, 1e-40, Number.MAX_VALUE)],
    ['dense/bias', Float32Array.of(first)],
  ]);
const checkpoint: Checkpoint = {
  stage: 2,
  epoch: 3,
  bestEpoch: 1,
  last: weights(3),
  best: weights(1),
  learningRate: 0.1 + 0.2,
  earlyStopping: { best: 1 / 3, waited: 2, bestEpoch: 1, stopped: false },
  reduceLrOnPlateau: { best: null, waited: 2 },
  optimizer: { steps: 30, slots: new Map([['mean/dense/bias', Float32Array.of(0.1)]]) },
  told: [{ type: 'phase', at: 1, phase: 'head' }],
  spent: { features: 1, head: 2, finetune: 0.1 },
  featuresCached: true,
  stage1: { val_stage1: 0.5, test_stage1: 0.25 },
};
const newest = () => path.join(folder, 'checkpoint.safetensors');
const before = () => path.join(folder, 'checkpoint-before.safetensors');

it('gives back, bit by bit, what it was given, and keeps the one before', async () => {
  await writeCheckpoint(folder, { ...checkpoint, epoch: 1 });
  await writeCheckpoint(folder, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(folder, checkpoint);
  expect(await readCheckpoint(folder)).toEqual(checkpoint);
  expect((await readdir(folder)).sort()).toEqual(['checkpoint-before.safetensors', 'checkpoint.safetensors']);
  await rm(newest());
  expect(await readCheckpoint(folder)).toMatchObject({ epoch: 2 });
});

it('leaves one of a run that is whole', async () => {
  await writeCheckpoint(folder, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(folder, checkpoint);
  await deletePreviousCheckpoint(folder);
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
});

it('keeps weights once where the last epoch is the best', async () => {
  await writeCheckpoint(folder, { ...checkpoint, bestEpoch: 3, best: checkpoint.last });
  expect((await readCheckpoint(folder)).best).toEqual(checkpoint.last);
  expect((await readFile(newest())).includes('best/')).toBe(false);
});

it('is laid out as safetensors are', async () => {
  await writeCheckpoint(folder, checkpoint);
  const bytes = await readFile(newest());
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  expect(start % 8).toBe(0);
  const header = JSON.parse(bytes.toString('utf8', 8, start));
  expect(header['best/dense/bias']).toEqual({ dtype: 'F32', shape: [1], data_offsets: [36, 40] });
  expect(bytes.readFloatLE(start + 36)).toBe(1);
  expect(bytes.length).toBe(start + 44);
});

it('falls back to the one before where the last is cut short or changed by a bit', async () => {
  await writeCheckpoint(folder, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(folder, checkpoint);
  const whole = await readFile(newest());
  for (const place of [20, whole.length - 30, whole.length - 1]) {
    const changed = Buffer.from(whole);
    changed[place]! ^= 1;
    await writeFile(newest(), changed);
    expect((await readCheckpoint(folder)).epoch, `byte ${place}`).toBe(2);
  }
  await truncate(newest(), whole.length - 1);
  expect((await readCheckpoint(folder)).epoch).toBe(2);
});

it('says what is wrong where none is whole', async () => {
  await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-missing' });
  await writeCheckpoint(folder, checkpoint);
  await truncate(newest(), 100);
  await writeFile(before(), '');
  await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-damaged' });
});
