import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPredictions, writePredictions } from './predictions.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'predictions-'));
  file = path.join(folder, 'predictions.bin');
});
afterEach(() => rm(folder, { recursive: true }));

describe('predictions.bin', () => {
  const plain = [0.7, 0.2, 0.1, 0.33331, 0.33332, 0.33337];
  const tta = [0.25, 0.75, 0, 1, 0, 0];

  it('gives back classes and probabilities, plain and with augmentation', async () => {
    await writePredictions(file, { plain, tta }, 3);
    const read = await readPredictions(file);
    expect([read.images, read.classes]).toEqual([2, 3]);
    // The second image's three probabilities are one half: only the class tells them apart.
    expect([...read.plain.predicted]).toEqual([0, 2]);
    expect(new Set(read.plain.probabilities.slice(3)).size).toBe(1);
    expect([...read.tta.predicted]).toEqual([1, 0]);
    expect([...read.tta.probabilities]).toEqual(tta);
    read.plain.probabilities.forEach((value, i) => {
      expect(Math.abs(value - plain[i]!)).toBeLessThan(2 ** -11);
    });
    expect(await readdir(folder)).toEqual(['predictions.bin']);
  });

  it('lies as documented', async () => {
    await writePredictions(file, { plain, tta }, 3);
    const bytes = await readFile(file);
    expect(bytes.length).toBe(16 + 2 + 2 + 12 + 12);
    expect(bytes.subarray(0, 20).toString('hex')).toBe(
      `${Buffer.from('TLPR').toString('hex')}01000000020000000300000000020100`,
    );
    expect(bytes.readUInt16LE(32)).toBe(0x3400);
  });

  it('refuses another file and one cut short', async () => {
    await writeFile(file, 'something else altogether');
    await expect(readPredictions(file)).rejects.toThrow('not a predictions file');
    await writePredictions(file, { plain, tta }, 3);
    await writeFile(file, (await readFile(file)).subarray(0, 30));
    await expect(readPredictions(file)).rejects.toThrow('cut short');
    await expect(writePredictions(file, { plain, tta: [1] }, 3)).rejects.toThrow('[images, classes]');
  });
});
