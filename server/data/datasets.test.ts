import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { makeImages } from '@/server/model/dataset/custom-images/custom-images.test-helper.ts';
import { decodeImages } from '@/server/model/dataset/custom-images/decode-images.ts';
import { decodedFiles } from '@/server/model/dataset/custom-images/decoded-files.ts';
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

it('lists folders that cannot be read with reasons, beside the others', async () => {
  const { caller, services } = await withFolders();
  const { datasets: root } = services.env.paths;
  await mkdir(Buffer.concat([Buffer.from(`${root}/caf`), Buffer.of(0xe9)]));
  await symlink('loop', path.join(root, 'loop'));
  execFileSync('mkfifo', [path.join(root, 'pipe'), path.join(root, 'shapes', 'classes.txt')]);
  const { datasets } = await caller.data.datasets();
  const problems = Object.fromEntries(datasets.map(({ name, problem }) => [name, problem]));
  expect(problems).toMatchObject({
    'caf\ufffd': 'Rename the folder: its name is not UTF-8.',
    loop: expect.stringContaining('is a link'),
    pipe: expect.stringContaining('There is no folder'),
    shapes: null,
  });
  expect(datasets.at(-1)!.skipped).toEqual([{ file: 'classes.txt', reason: 'is not a regular file' }]);
});

it('reports a datasets folder that cannot be read; a missing one is empty', async () => {
  const services = openServices();
  const { datasets: folder } = services.env.paths;
  const list = () => createCaller(services).data.datasets();
  expect(await list()).toMatchObject({ problem: null, datasets: [{}, {}] });
  await symlink(path.basename(folder), folder);
  expect((await list()).problem).toBe(`${folder} cannot be read: it is a loop of links.`);
  await rm(folder);
  await writeFile(folder, '');
  expect(await list()).toMatchObject({ problem: `${folder} cannot be read: it is not a folder.`, datasets: [{}, {}] });
});

it('ignores damaged facts about decoded images', async () => {
  const { caller, folder, cache } = await withFolders();
  const { fingerprint } = await listCustomImages(folder);
  await mkdir(cache, { recursive: true });
  await writeFile(decodedFiles(cache, fingerprint).facts, '{"train":');
  expect((await caller.data.datasets()).datasets.at(-1)).toMatchObject({ name: 'shapes', problem: null });
});

it('does not start a run with batches larger than its training images, if pixels change', async () => {
  const { caller } = await withFolders();
  // shapes has 18 training images.
  const start = (config: object) =>
    caller.runs.start({ name: 'completes', dataset: 'shapes', augment: true, ...config });
  const refused = {
    cause: { field: 'batch_size', message: expect.stringMatching(/^must be 18 or less: there are only 18/) },
  };
  for (const change of ['augment', 'use_mixup', 'use_cutout']) {
    await expect(start({ augment: false, [change]: true, batch_size: 19 }), change).rejects.toMatchObject(refused);
  }
  const limited = start({ dataset: 'sketch10', train_limit: 100, batch_size: 128 });
  await expect(limited).rejects.toThrow(
    /^must be 100 or less: .* must be full; a higher train_limit allows larger batches$/,
  );
  await start({ batch_size: 18 });
  await start({ batch_size: 128, augment: false });
  await start({ batch_size: 128, epochs_stage2: 0 });
});
