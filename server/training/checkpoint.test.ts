import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Checkpoint, checkpointFile, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

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
const checkpoint: Checkpoint = { stage: 2, epoch: 3, bestEpoch: 1, last: weights(3), best: weights(1) };

it('gives back, bit by bit, what it was given, and replaces what was there', async () => {
  const file = checkpointFile(path.join(folder, 'run'));
  await writeCheckpoint(file, { ...checkpoint, epoch: 2 });
  await writeCheckpoint(file, checkpoint);
  expect(await readCheckpoint(file)).toEqual(checkpoint);
  expect(await readdir(path.join(folder, 'run'))).toEqual(['checkpoint.safetensors']);
});

it('keeps weights once where the last epoch is the best', async () => {
  const file = checkpointFile(folder);
  await writeCheckpoint(file, { ...checkpoint, bestEpoch: 3, best: checkpoint.last });
  expect((await readCheckpoint(file)).best).toEqual(checkpoint.last);
  expect((await readFile(file)).includes('best/')).toBe(false);
});

it('is laid out as safetensors are', async () => {
  const file = checkpointFile(folder);
  await writeCheckpoint(file, checkpoint);
  const bytes = await readFile(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  expect(start % 8).toBe(0);
  const header = JSON.parse(bytes.toString('utf8', 8, start));
  expect(header['best/dense/bias']).toEqual({ dtype: 'F32', shape: [1], data_offsets: [36, 40] });
  expect(bytes.readFloatLE(start + 36)).toBe(1);
  expect(bytes.length).toBe(start + 40);
});

it('says what is wrong with a file that is missing or cut short', async () => {
  const file = checkpointFile(folder);
  await expect(readCheckpoint(file)).rejects.toMatchObject({ code: 'checkpoint-missing' });
  await writeCheckpoint(file, checkpoint);
  await truncate(file, (await readFile(file)).length - 1);
  await expect(readCheckpoint(file)).rejects.toMatchObject({ code: 'checkpoint-damaged' });
});
