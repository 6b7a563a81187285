import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findFinishedStage1, readStage1, type Stage1Result, writeStage1 } from './stage1-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stage1-'));
});
afterEach(() => rm(folder, { recursive: true }));

const result: Stage1Result = {
  head: new Map([['dense/kernel', Float32Array.of(1, -0, 1e-40)]]),
  scores: { val_stage1: 1 / 3, test_stage1: 0 },
  bestEpoch: 2,
  epochs: 3,
  finishedEarly: true,
};
const file = () => path.join(folder, 'stage1.safetensors');

it('reads exactly what was written', async () => {
  await writeStage1(folder, result);
  expect(await readStage1(folder)).toEqual(result);
});

it('shows where the user ended stage 1', async () => {
  expect(await findFinishedStage1(folder, 3)).toBeNull();
  await writeStage1(folder, result);
  expect(await findFinishedStage1(folder, 3)).toEqual(result);
  expect(await findFinishedStage1(folder, 2)).toBeNull();
  await writeStage1(folder, { ...result, finishedEarly: false });
  expect(await findFinishedStage1(folder, 3)).toBeNull();
});

it('does not use a damaged file', async () => {
  await writeStage1(folder, result);
  const bytes = await readFile(file());
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(file(), bytes);
  await expect(readStage1(folder)).rejects.toThrow('damaged');
  expect(await findFinishedStage1(folder, 3)).toBeNull();
});
