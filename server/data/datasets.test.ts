import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeImages } from '@/server/model/dataset/custom-images/custom-images.test-helper.ts';
import { decodeImages } from '@/server/model/dataset/custom-images/decode-images.ts';
import { listCustomImages } from '@/server/model/dataset/custom-images/list-custom-images.ts';
import { createCaller } from '@/server/router.ts';
import { openServices } from '@/server/services.test-helper.ts';

/** A server whose datasets folder holds a valid data set, unusable ones, and one under a reserved name. */
async function withFolders() {
  const services = openServices();
  const { datasets, cache } = services.env.paths;
  await makeImages(path.join(datasets, 'shapes'), { round: 12, square: 12 });
  await makeImages(path.join(datasets, 'alone'), { one: 12 });
  await mkdir(path.join(datasets, 'cifar10'));
  await mkdir(path.join(datasets, 'a:b'));
  await writeFile(path.join(datasets, 'notes.txt'), 'not a data set');
  return { services, caller: createCaller(services), folder: path.join(datasets, 'shapes'), cache };
}

it('lists all data sets, with a reason for those that cannot be used', async () => {
  const { caller, services } = await withFolders();
  const { folder, datasets } = await caller.data.datasets();
  expect(folder).toBe(services.env.paths.datasets);
  expect(datasets.map(({ name, size, problem }) => [name, size?.train ?? null, problem])).toEqual([
    ['cifar10', 45_000, null],
    ['sketch10', 8000, null],
    ['a:b', null, expect.stringContaining('only letters, digits')],
    ['alone', null, expect.stringContaining('only one class, one')],
    ['cifar10', null, expect.stringContaining('is reserved')],
    ['shapes', 18, null],
  ]);
  expect(datasets.at(-1)).toMatchObject({ classes: ['round', 'square'], skipped: [] });
});

it('lists files that a run could not read until they change', async () => {
  const { caller, folder, cache } = await withFolders();
  const damaged = path.join(folder, 'round', 'damaged.png');
  await writeFile(damaged, 'not an image');
  const skipped = async () => (await caller.data.datasets()).datasets.at(-1)!.skipped.map(({ file }) => file);
  expect(await skipped()).toEqual([]);
  const listed = await listCustomImages(folder);
  if (listed.format === 'images') await decodeImages(listed, cache, async () => {});
  expect(await skipped()).toEqual(['round/damaged.png']);
  await writeFile(damaged, 'changed');
  expect(await skipped()).toEqual([]);
});

it('does not start a run on a data set that cannot be used', async () => {
  const { caller } = await withFolders();
  const start = (dataset: string) => caller.runs.start({ name: 'completes', dataset });
  await expect(start('alone')).rejects.toThrow('only one class');
  await expect(start('nowhere')).rejects.toThrow('There is no folder');
  await expect(start('../shapes')).rejects.toThrow('name of a folder');
  await expect(start('shapes')).resolves.toMatchObject({ id: expect.any(String) });
});
