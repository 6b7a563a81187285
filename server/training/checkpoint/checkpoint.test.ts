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
const newestFile = () => path.join(folder, 'checkpoint.safetensors');
const previousFile = () => path.join(folder, 'checkpoint-before.safetensors');

it('reads a bit-identical checkpoint, and retains the previous one', async () => {
  await writeCheckpoint(folder, { ...checkpoint, epoch: 1 });
  await writeCheckpoint(folder, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(folder, checkpoint);
  expect(await readCheckpoint(folder)).toEqual(checkpoint);
  expect((await readdir(folder)).sort()).toEqual(['checkpoint-before.safetensors', 'checkpoint.safetensors']);
  await rm(newestFile());
  expect(await readCheckpoint(folder)).toMatchObject({ epoch: 2 });
});

it('deletes the previous checkpoint of a completed run', async () => {
  await writeCheckpoint(folder, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(folder, checkpoint);
  await deletePreviousCheckpoint(folder);
  expect(await readdir(folder)).toEqual(['checkpoint.safetensors']);
});

it('stores the weights once if the last epoch is the best', async () => {
  await writeCheckpoint(folder, { ...checkpoint, bestEpoch: 3, best: checkpoint.last });
  expect((await readCheckpoint(folder)).best).toEqual(checkpoint.last);
  expect((await readFile(newestFile())).includes('best/')).toBe(false);
});

it('has the safetensors layout', async () => {
  await writeCheckpoint(folder, checkpoint);
  const bytes = await readFile(newestFile());
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  expect(start % 8).toBe(0);
  const header = JSON.parse(bytes.toString('utf8', 8, start));
  expect(header['best/dense/bias']).toEqual({ dtype: 'F32', shape: [1], data_offsets: [36, 40] });
  expect(bytes.readFloatLE(start + 36)).toBe(1);
  expect(bytes.length).toBe(start + 44);
});

it('falls back to the previous checkpoint if the newest is truncated or has a flipped bit', async () => {
  await writeCheckpoint(folder, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(folder, checkpoint);
  const complete = await readFile(newestFile());
  for (const position of [20, complete.length - 30, complete.length - 1]) {
    const changed = Buffer.from(complete);
    changed[position]! ^= 1;
    await writeFile(newestFile(), changed);
    expect((await readCheckpoint(folder)).epoch, `byte ${position}`).toBe(2);
  }
  await truncate(newestFile(), complete.length - 1);
  expect((await readCheckpoint(folder)).epoch).toBe(2);
});

it('fails with a code if there is no complete checkpoint', async () => {
  await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-missing' });
  await writeCheckpoint(folder, checkpoint);
  await truncate(newestFile(), 100);
  await writeFile(previousFile(), '');
  await expect(readCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-damaged' });
});
