import { truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import { inspect, inspectHdf5 } from './inspect.ts';
import { hdf5, makeBlackCifar10, makeFolder } from './source.test-helper.ts';
import { sourceOf } from './sources.ts';

const official = { cifar10Url: null, cifar10Sha256: null, weightsUrl: null };
const inspectCifar10 = (folder: string) => inspect(folder, sourceOf('cifar10', official));

describe('inspect', () => {
  it('judges a manually prepared folder by its files', async () => {
    const folder = await makeFolder();
    expect(inspectCifar10(folder)).toEqual({ is: 'missing' });
    await makeBlackCifar10(folder);
    expect(inspectCifar10(folder)).toEqual({ is: 'present' });
    await truncate(path.join(folder, cifar10Files.folder, 'test_batch.bin'), 5);
    expect(inspectCifar10(folder)).toEqual({ is: 'broken', problem: 'test_batch.bin has 5 bytes instead of 30730000' });
  });

  it.skipIf(!realData)(needsData('finds the real data'), () => {
    expect(inspectCifar10(realData!)).toEqual({ is: 'present' });
    expect(inspect(realData!, sourceOf('weights-224', official))).toEqual({ is: 'present' });
  });

  it.each([
    [0, 13, 40],
    [1, 13, 44],
    [2, 9, 28],
    [3, 9, 28],
  ])('reads the length of an HDF5 file from a superblock of version %i', async (version, sizeAt, lengthAt) => {
    const start = Buffer.alloc(100);
    hdf5(100).copy(start, 0, 0, 8);
    start[8] = version;
    start[sizeAt] = 8;
    start.writeBigUInt64LE(100n, lengthAt);
    const file = path.join(await makeFolder(), 'weights.h5');
    await writeFile(file, start);
    expect(inspectHdf5(file)).toEqual({ is: 'present' });
    await truncate(file, 99);
    expect(inspectHdf5(file)).toEqual({ is: 'broken', problem: 'weights.h5 has 99 of 100 bytes' });
  });

  it('rejects a file that is not HDF5', async () => {
    const file = path.join(await makeFolder(), 'weights.h5');
    await writeFile(file, '<html>');
    expect(inspectHdf5(file)).toMatchObject({ is: 'broken', problem: expect.stringContaining('not an HDF5 file') });
  });
});
