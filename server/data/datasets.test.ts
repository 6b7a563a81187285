import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { decodeImages } from '@/server/model/dataset/own-images/decode-images.ts';
import { listOwnImages } from '@/server/model/dataset/own-images/list-own-images.ts';
import { makeImages } from '@/server/model/dataset/own-images/own-images.test-helper.ts';
import { createCaller } from '@/server/router.ts';
import { openServices } from '@/server/services.test-helper.ts';

/** A server whose datasets folder holds one that is well, one that is not, and one under a name that is taken. */
async function withFolders() {
  const services = openServices();
  const { datasets, cache } = services.env.paths;
  await makeImages(path.join(datasets, 'shapes'), { round: 12, square: 12 });
  await makeImages(path.join(datasets, 'alone'), { one: 12 });
  await mkdir(path.join(datasets, 'cifar10'));
  await mkdir(path.join(datasets, 'a:b'));
  await writeFile(path.join(datasets, 'notes.txt'), 'no data set');
  return { services, caller: createCaller(services), folder: path.join(datasets, 'shapes'), cache };
}

it('lists what can be trained on, and why the rest cannot', async () => {
  const { caller, services } = await withFolders();
  const { folder, datasets } = await caller.data.datasets();
  expect(folder).toBe(services.env.paths.datasets);
  expect(datasets.map(({ name, size, problem }) => [name, size?.train ?? null, problem])).toEqual([
    ['cifar10', 45_000, null],
    ['sketch10', 8000, null],
    ['a:b', null, expect.stringContaining('Rename the folder: letters')],
    ['alone', null, expect.stringContaining('only one class, one')],
    ['cifar10', null, expect.stringContaining('a name that is taken')],
    ['shapes', 18, null],
  ]);
  expect(datasets.at(-1)).toMatchObject({ classes: ['round', 'square'], skipped: [] });
});

it('lists what a run could not read, until the file is another', async () => {
  const { caller, folder, cache } = await withFolders();
  const spoilt = path.join(folder, 'round', 'spoilt.png');
  await writeFile(spoilt, 'no image');
  const skipped = async () => (await caller.data.datasets()).datasets.at(-1)!.skipped.map(({ file }) => file);
  expect(await skipped()).toEqual([]);
  const listed = await listOwnImages(folder);
  if (listed.format === 'images') await decodeImages(listed, cache, async () => {});
  expect(await skipped()).toEqual(['round/spoilt.png']);
  await writeFile(spoilt, 'another one');
  expect(await skipped()).toEqual([]);
});

it('lets no run start that could not train', async () => {
  const { caller } = await withFolders();
  const start = (dataset: string) => caller.runs.start({ name: 'completes', dataset });
  await expect(start('alone')).rejects.toThrow('only one class');
  await expect(start('nowhere')).rejects.toThrow('There is no folder');
  await expect(start('../shapes')).rejects.toThrow('name of a folder');
  await expect(start('shapes')).resolves.toMatchObject({ id: expect.any(String) });
});
