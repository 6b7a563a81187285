import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import { DataError } from '@/server/model/errors.ts';
import { makeImages } from './custom-images.test-helper.ts';
import { loadCustomImages } from './load-custom-images.ts';

let root: string;
const folder = () => path.join(root, 'datasets', 'shapes');
const paths = () => ({ datasets: path.join(root, 'datasets'), cache: path.join(root, 'cache') });
const onRead = vi.fn(async () => {});
const log = vi.spyOn(console, 'log').mockImplementation(() => {});
const load = () => loadCustomImages('shapes', paths(), onRead);

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'custom-'));
  onRead.mockClear();
  log.mockClear();
});
afterEach(() => rm(root, { recursive: true }));

const countOf = (labels: Uint8Array, label: number) => labels.filter((each) => each === label).length;
/** The mean of each plane of an image. */
const colourOf = (pixels: Uint8Array, image: number) =>
  [0, 1, 2].map((plane) => {
    const from = image * imageBytes + plane * 1024;
    return pixels.subarray(from, from + 1024).reduce((sum, value) => sum + value, 0) / 1024;
  });

describe('loadCustomImages', () => {
  it('reads class folders, holds out a fifth of each, and splits the rest', async () => {
    await makeImages(folder(), { a: 20, b: 10, c: 15 });
    const dataset = await load();
    expect(dataset).toMatchObject({ name: 'shapes', classes: ['a', 'b', 'c'] });
    expect([0, 1, 2].map((label) => countOf(dataset.test.labels, label))).toEqual([4, 2, 3]);
    expect([0, 1, 2].map((label) => countOf(dataset.train.labels, label))).toEqual([16, 8, 12]);
    expect(dataset.test.identity).toMatchObject({ name: 'shapes', images: 9 });
    // The first three colours are a red, a green and a blue.
    for (const [image, label] of dataset.train.labels.entries()) {
      const colour = colourOf(dataset.train.pixels, image);
      expect(colour.indexOf(Math.max(...colour))).toBe(label);
    }
    const { train, val, test } = splitImages(dataset, 0);
    expect([train.length, val.length, test.length]).toEqual([32, 4, 9]);
    expect(onRead).toHaveBeenLastCalledWith(45, 45);
  });

  it('reads test images from the test folder if there is one', async () => {
    await makeImages(path.join(folder(), 'train'), { a: 6, b: 6 });
    await makeImages(path.join(folder(), 'test'), { a: 2, b: 3 });
    const { train, test } = await load();
    expect([train.count, test.count, countOf(test.labels, 1)]).toEqual([12, 5, 3]);
  });

  it('decodes once, then reads the same images from the cache', async () => {
    await makeImages(folder(), { a: 12, b: 12 });
    await writeFile(path.join(folder(), 'a', 'bad.png'), 'no image');
    const first = await load();
    onRead.mockClear();
    const second = await load();
    expect(onRead).not.toHaveBeenCalled();
    expect(second.train.pixels).toEqual(first.train.pixels);
    expect([second.hash, second.test.identity]).toEqual([first.hash, first.test.identity]);

    await makeImages(folder(), { a: 13, b: 12 });
    expect((await load()).hash).not.toBe(first.hash);
    expect(onRead).toHaveBeenCalled();
    expect((await readdir(paths().cache)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('skips unreadable files and logs them', async () => {
    await makeImages(folder(), { a: 11, b: 12, empty: 0 });
    await writeFile(path.join(folder(), 'a', 'corrupt.png'), Buffer.from('\x89PNG\r\n\x1a\nand so on', 'latin1'));
    await sharp({ create: { width: 5000, height: 4000, channels: 3, background: '#fff' } }).toFile(
      path.join(folder(), 'b', 'huge.png'),
    );
    await symlink('/etc/hostname', path.join(folder(), 'b', 'link.png'));
    const { train, test, classes } = await load();
    const lines = log.mock.calls.map(([line]) => line);
    expect([classes, train.count + test.count]).toEqual([['a', 'b'], 23]);
    expect(lines).toEqual([
      'Skipped: b/link.png is a link that points outside the folder',
      'Skipped: empty is a class without images',
      expect.stringMatching(/^Skipped: a\/corrupt\.png cannot be decoded: /),
      'Skipped: b/huge.png has 20 megapixels; the limit is 16',
    ]);
  });

  it('counts only readable images', async () => {
    await makeImages(folder(), { a: 10, b: 9 });
    await writeFile(path.join(folder(), 'b', 'bad.png'), 'no image');
    const loading = load();
    await expect(loading).rejects.toBeInstanceOf(DataError);
    await expect(loading).rejects.toThrow('There are only 9 training images of b. Each class needs at least 10.');
  });

  it('reads files in CIFAR-10’s format', async () => {
    const record = (label: number, shade: number) => Buffer.concat([Buffer.of(label), Buffer.alloc(imageBytes, shade)]);
    const records = Array.from({ length: 40 }, (_, i) => record(i % 2, i));
    await writeFiles({ 'classes.txt': 'even\nodd\n', 'data.bin': Buffer.concat(records) });
    const { classes, train, test } = await load();
    expect([classes, train.count, test.count]).toEqual([['even', 'odd'], 32, 8]);
    for (const [image, label] of train.labels.entries()) expect(train.pixels[image * imageBytes]! % 2).toBe(label);

    await writeFiles({ 'more.bin': record(2, 0) });
    await expect(load()).rejects.toThrow('Image 0 of more.bin has label 2, but the 2 classes have labels 0 to 1.');
  });

  it('reports a folder that does not exist', async () => {
    await expect(load()).rejects.toMatchObject({ code: 'dataset-unusable', message: /There is no folder .*shapes/ });
  });
});

async function writeFiles(files: Record<string, string | Buffer>): Promise<void> {
  await mkdir(folder(), { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder(), name), content);
}
