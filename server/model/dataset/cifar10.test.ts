import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataError } from '@/server/model/errors.ts';
import { needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import { loadCifar10 } from './cifar10.ts';
import { imageBytes } from './dataset.ts';

const names = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`).concat('test_batch.bin');
const recordBytes = 3073;
const fileBytes = 10_000 * recordBytes;

/** A valid data folder in which all images are black and of class 0. The files are sparse, so they take no disk space. */
let data: string;
const file = (name: string) => path.join(data, 'cifar-10-batches-bin', name);
beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'cifar10-'));
  await mkdir(path.join(data, 'cifar-10-batches-bin'));
});
beforeEach(async () => {
  for (const name of names) {
    await rm(file(name), { force: true, recursive: true });
    await (await open(file(name), 'w')).close();
    await truncate(file(name), fileBytes);
  }
});
afterAll(async () => {
  await rm(data, { recursive: true });
});

async function writeRecord(name: string, record: number, bytes: number[]): Promise<void> {
  const handle = await open(file(name), 'r+');
  await handle.write(Uint8Array.from(bytes), 0, bytes.length, record * recordBytes);
  await handle.close();
}

describe('loadCifar10', () => {
  it('concatenates the five training files and reads the test images separately', async () => {
    await writeRecord('data_batch_1.bin', 0, [3, 11, 12]);
    await writeRecord('data_batch_2.bin', 7, [4, 21, 22]);
    await writeRecord('data_batch_5.bin', 9999, [9, 31, 32]);
    await writeRecord('test_batch.bin', 1, [8, 41, 42]);
    const { train, test, classes } = await loadCifar10(data);
    expect([train.count, train.labels.length, train.pixels.length]).toEqual([50_000, 50_000, 50_000 * imageBytes]);
    expect([test.count, test.labels.length, test.pixels.length]).toEqual([10_000, 10_000, 10_000 * imageBytes]);
    expect(classes).toHaveLength(10);
    const labelAndPixels = (set: typeof train, image: number) => [
      set.labels[image],
      set.pixels[image * imageBytes],
      set.pixels[image * imageBytes + 1],
    ];
    expect(labelAndPixels(train, 0)).toEqual([3, 11, 12]);
    expect(labelAndPixels(train, 10_007)).toEqual([4, 21, 22]);
    expect(labelAndPixels(train, 49_999)).toEqual([9, 31, 32]);
    expect(labelAndPixels(test, 1)).toEqual([8, 41, 42]);
    expect(labelAndPixels(train, 1)).toEqual([0, 0, 0]);
    expect(train.pixels.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('identifies the test set by the hash of its file, and the data set by the hash of all files', async () => {
    const black = await loadCifar10(data);
    expect(black.test.identity).toEqual({
      name: 'CIFAR-10, unknown pixels',
      images: 10_000,
      hash: createHash('sha256').update(Buffer.alloc(fileBytes)).digest('hex'),
    });

    await writeRecord('data_batch_3.bin', 5, [0, 1]);
    const otherTraining = await loadCifar10(data);
    expect(otherTraining.test.identity).toEqual(black.test.identity);
    expect(otherTraining.hash).not.toBe(black.hash);

    await writeRecord('test_batch.bin', 5, [1]);
    const otherTest = await loadCifar10(data);
    expect(otherTest.test.identity.hash).not.toBe(black.test.identity.hash);
    expect(new Set([black.hash, otherTraining.hash, otherTest.hash]).size).toBe(3);
  });

  it('uses the name in provenance.json while the test file still matches its hash', async () => {
    const provenance = file('provenance.json');
    const testSha256 = createHash('sha256').update(Buffer.alloc(fileBytes)).digest('hex');
    await writeFile(provenance, JSON.stringify({ name: 'CIFAR-10, official', testSha256 }));
    const nameOf = async () => (await loadCifar10(data)).test.identity.name;
    expect(await nameOf()).toBe('CIFAR-10, official');
    await writeRecord('test_batch.bin', 5, [1]);
    expect(await nameOf()).toBe('CIFAR-10, unknown pixels');
    await writeFile(provenance, '{"name": 1');
    expect(await nameOf()).toBe('CIFAR-10, unknown pixels');
    await rm(provenance);
  });

  it('reports which file is missing, where to download it, and where to put it', async () => {
    await rm(file('data_batch_4.bin'));
    const loading = loadCifar10(data);
    await expect(loading).rejects.toBeInstanceOf(DataError);
    await expect(loading).rejects.toMatchObject({ code: 'data-missing' });
    await expect(loading).rejects.toThrow(file('data_batch_4.bin'));
    await expect(loading).rejects.toThrow('https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz');
    await expect(loading).rejects.toThrow(`so that ${path.join(data, 'cifar-10-batches-bin')} contains`);
  });

  it.each([
    [
      'that is too short',
      () => truncate(file('test_batch.bin'), fileBytes - 1),
      /test_batch\.bin .* 30729999 bytes instead of 30730000/,
    ],
    [
      'that is too long',
      () => truncate(file('data_batch_1.bin'), fileBytes + 1),
      /data_batch_1\.bin .* 30730001 bytes/,
    ],
    [
      'with an invalid label',
      () => writeRecord('data_batch_2.bin', 7, [10]),
      /data_batch_2\.bin .* image 7 has label 10/,
    ],
    [
      'that is a folder',
      async () => {
        await rm(file('data_batch_5.bin'));
        await mkdir(file('data_batch_5.bin'));
      },
      /data_batch_5\.bin is not a valid file of CIFAR-10's binary version/,
    ],
  ])('rejects a file %s', async (_, damage, message) => {
    await damage();
    const loading = loadCifar10(data);
    await expect(loading).rejects.toMatchObject({ code: 'data-broken' });
    await expect(loading).rejects.toThrow(message);
  });

  it.skipIf(!realData)(needsData('reads real images: 5,000 and 1,000 of each class, with many colours'), async () => {
    const { train, test } = await loadCifar10(realData!);
    const histogram = (values: Uint8Array, size: number) => {
      const counts = Array<number>(size).fill(0);
      for (const value of values) counts[value]! += 1;
      return counts;
    };
    expect(histogram(train.labels, 10)).toEqual(Array(10).fill(5000));
    expect(histogram(test.labels, 10)).toEqual(Array(10).fill(1000));
    const shades = histogram(test.pixels, 256);
    expect(Math.min(...shades)).toBeGreaterThan(10_000);
    // The mean of the official pixels is 0.47; the lossy JPEG copy has the same.
    const mean = shades.reduce((sum, count, shade) => sum + count * shade, 0) / test.pixels.length / 255;
    expect(mean).toBeCloseTo(0.47, 1);
  });
});
