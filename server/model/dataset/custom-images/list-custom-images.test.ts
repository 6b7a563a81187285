import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { customDatasetSize } from '@/lib/data/custom-images.ts';
import { recordBytes } from '@/server/model/dataset/dataset.ts';
import { listCustomImages } from './list-custom-images.ts';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'custom-'));
  folder = path.join(root, 'pets');
  await mkdir(folder);
});
afterEach(() => rm(root, { recursive: true }));

/** Writes files with the same content, which does not matter for images. */
async function put(files: readonly string[], content: string | Uint8Array = 'x'): Promise<void> {
  for (const file of files) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
  }
}
const images = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}/${i}.png`);
const list = () => listCustomImages(folder);

describe('class folders', () => {
  it('are listed with their images, sorted by name', async () => {
    await put([...images('dogs', 12), ...images('cats', 20), 'cats/holiday.JPEG']);
    const listed = await list();
    expect(listed).toMatchObject({ format: 'images', hasTest: false, skipped: [] });
    expect(listed.classes).toMatchObject([{ name: 'cats' }, { name: 'dogs' }]);
    // 21 and 12 images: 4 and 2 for the test, 2 and 1 for validation.
    expect(customDatasetSize(listed)).toEqual({ train: 15 + 9, val: 2 + 1, test: 4 + 2, classes: 2 });
  });

  it('may be in train and test folders', async () => {
    await put([...images('train/cats', 18), ...images('train/dogs', 9), ...images('test/cats', 3), 'test/dogs/a.jpg']);
    const listed = await list();
    expect(listed.hasTest).toBe(true);
    expect(customDatasetSize(listed)).toEqual({ train: 16 + 8, val: 2 + 1, test: 4, classes: 2 });
  });

  it('use a validation folder for testing, or for training if there is a test folder', async () => {
    const train = [...images('train/cats', 9), ...images('train/dogs', 9)];
    const val = [...images('val/cats', 2), ...images('val/dogs', 2)];
    await put([...train, ...val]);
    expect(customDatasetSize(await list())).toMatchObject({ train: 16, test: 4 });
    await put([...images('test/cats', 1), ...images('test/dogs', 1)]);
    expect(customDatasetSize(await list())).toMatchObject({ train: 20, val: 2, test: 2 });
  });

  it('may include a class named train', async () => {
    await put([...images('train', 10), ...images('plane', 10)]);
    expect((await list()).classes).toMatchObject([{ name: 'plane' }, { name: 'train' }]);
  });

  it('list skipped files with reasons', async () => {
    await put([...images('cats', 10), ...images('dogs', 10), 'readme.md', 'cats/more/a.png', 'dogs/a.gif']);
    await put(['.DS_Store', 'cats/.hidden.png', 'cats/Thumbs.db']);
    await mkdir(path.join(folder, 'birds'));
    await writeFile(path.join(root, 'secret.png'), 'x');
    await symlink(path.join(root, 'secret.png'), path.join(folder, 'cats', 'link.png'));
    await symlink(root, path.join(folder, 'outside'));
    await symlink(path.join(folder, 'nowhere'), path.join(folder, 'dogs', 'broken.png'));
    await symlink(path.join(folder, 'cats', '1.png'), path.join(folder, 'dogs', 'within.png'));
    const { skipped, classes } = await list();
    const reasons = Object.fromEntries(skipped.map(({ file, reason }) => [file, reason]));
    expect(reasons).toEqual({
      'readme.md': 'is outside the class folders',
      'cats/more': 'is a folder within a class',
      'dogs/a.gif': 'is GIF, not PNG or JPEG',
      birds: 'is a class without images',
      'cats/link.png': 'is a link that points outside the folder',
      outside: 'is a link that points outside the folder',
      'dogs/broken.png': 'is a broken link',
    });
    expect(classes).toMatchObject([{ train: { length: 10 } }, { train: { length: 11 } }]);
  });

  it.each<[string, string[], RegExp]>([
    ['one class', images('cats', 20), /only one class, cats\. At least two/],
    [
      'too few images',
      [...images('cats', 20), ...images('dogs', 9)],
      /only 9 training images of dogs\. .* at least 10/,
    ],
    ['no images', ['readme.md'], /contains no images\. It should contain a folder for each class/],
    [
      'a class without test images',
      [...images('train/cats', 5), ...images('train/dogs', 5), 'test/cats/a.png'],
      /no test image of dogs/,
    ],
    [
      'too many classes',
      Array.from({ length: 257 }, (_, i) => images(`c${i}`, 1)).flat(),
      /257 classes\. The limit is 256/,
    ],
  ])('are rejected with a message for %s', async (_, files, message) => {
    await put(files);
    await expect(list()).rejects.toThrow(message);
  });

  it('are rejected if the data set’s folder is a link or does not exist', async () => {
    await expect(listCustomImages(path.join(root, 'none'))).rejects.toThrow(/There is no folder .*none\. Create it/);
    await symlink(folder, path.join(root, 'link'));
    await expect(listCustomImages(path.join(root, 'link'))).rejects.toThrow('is a link');
  });

  it('have a different fingerprint after a file has changed', async () => {
    await put([...images('cats', 10), ...images('dogs', 10)]);
    const before = (await list()).fingerprint;
    expect((await list()).fingerprint).toBe(before);
    await utimes(path.join(folder, 'cats', '3.png'), new Date(0), new Date(0));
    expect((await list()).fingerprint).not.toBe(before);
  });

  it.each([
    ['Train', 'Test'],
    ['TRAIN', 'Val'],
    ['training', 'testing'],
  ])('may be in folders named %s and %s', async (train, test) => {
    await put([...images(`${train}/cats`, 9), ...images(`${train}/dogs`, 9)]);
    await put([...images(`${test}/cats`, 2), ...images(`${test}/dogs`, 2)]);
    const listed = await list();
    expect(listed.split).toEqual({ train: [train], test: [test] });
    expect(customDatasetSize(listed)).toMatchObject({ train: 16, test: 4, classes: 2 });
  });

  it('that are one folder too deep are named', async () => {
    await put([...images('PetImages/Cat', 12), ...images('PetImages/Dog', 12), 'readme.md']);
    const deep = path.join(folder, 'PetImages');
    await expect(list()).rejects.toThrow(
      `The class folders are one folder too deep: ${deep}. Move the contents of that folder to ${folder}. Skipped: readme.md is outside`,
    );
    await rm(deep, { recursive: true });
    await put([...images('outer/train/cats', 9), ...images('outer/test/cats', 2)]);
    await expect(list()).rejects.toThrow(`one folder too deep: ${path.join(folder, 'outer')}`);
  });

  it('are missing around images', async () => {
    await put(images('.', 24));
    await expect(list()).rejects.toThrow(`${folder} holds 24 images outside class folders. It should contain`);
    await rm(folder, { recursive: true });
    await put([...images('train/a', 15), ...images('train/b', 15), ...images('test', 5)]);
    await expect(list()).rejects.toThrow('test/ holds 5 images outside class folders. Sort its images');
    await put([...images('test/a', 2), ...images('test/b', 2)]);
    expect((await list()).skipped).toEqual([{ file: 'test/', reason: 'holds 5 images outside class folders' }]);
  });

  it('that cannot be read cost only themselves', async () => {
    await put([...images('cats', 10), ...images('dogs', 10), ...images('secret', 10)]);
    const bad = Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.of(0xe9)]);
    await mkdir(bad);
    await writeFile(Buffer.concat([bad, Buffer.from('/0.png')]), 'x');
    await writeFile(Buffer.concat([Buffer.from(`${folder}/cats/na`), Buffer.of(0xef), Buffer.from('ve.png')]), 'x');
    execFileSync('mkfifo', [path.join(folder, 'pipe'), path.join(folder, 'dogs', 'pipe.png')]);
    await symlink('../pipe', path.join(folder, 'dogs', 'linked.png'));
    await symlink('loop.png', path.join(folder, 'dogs', 'loop.png'));
    await symlink('loop', path.join(folder, 'loop'));
    await chmod(path.join(folder, 'secret'), 0);
    const { skipped, classes } = await list();
    const reasons = Object.fromEntries(skipped.map(({ file, reason }) => [file, reason]));
    const isRoot = process.getuid?.() === 0;
    expect(reasons).toEqual({
      'caf\ufffd': 'has a name that is not UTF-8; rename it',
      'cats/na\ufffdve.png': 'has a name that is not UTF-8; rename it',
      pipe: 'is not a regular file',
      'dogs/pipe.png': 'is not a regular file',
      'dogs/linked.png': 'is a link to something that is not a regular file',
      'dogs/loop.png': 'is a broken link',
      loop: 'is a broken link',
      ...(!isRoot && { secret: 'cannot be read: permission denied' }),
    });
    expect(classes).toHaveLength(isRoot ? 3 : 2);
    await chmod(path.join(folder, 'secret'), 0o700);
  });

  it('that are links out of the data set are named in the message', async () => {
    await mkdir(path.join(root, 'elsewhere'));
    await symlink(path.join(root, 'elsewhere'), path.join(folder, 'cats'));
    await symlink(path.join(root, 'nowhere'), path.join(folder, 'dogs'));
    await expect(list()).rejects.toThrow(
      /contains no images.* Skipped: cats is a link that points outside the folder; dogs is a link/,
    );
  });
});

describe('files in CIFAR-10’s format', () => {
  const records = (count: number) => new Uint8Array(count * recordBytes);

  it('are listed with their class names', async () => {
    await put(['data_batch_1.bin', 'data_batch_2.bin'], records(45));
    await put(['test_batch.bin'], records(10));
    await put(['batches.meta.txt'], 'cat\r\ndog\nbird\n\n');
    const listed = await list();
    expect(listed).toMatchObject({ format: 'binary', classes: ['cat', 'dog', 'bird'], hasTest: true });
    expect(customDatasetSize(listed)).toEqual({ train: 80, val: 10, test: 10, classes: 3 });
  });

  it('require class names and complete records', async () => {
    await put(['data.bin'], records(45));
    await expect(list()).rejects.toThrow('but no classes.txt. Add one with a class name per line.');
    await put(['classes.txt'], 'cat\ncat\n');
    await expect(list()).rejects.toThrow('lists a class twice');
    await put(['classes.txt'], 'cat\ndog\n');
    await put(['more.bin'], 'x');
    await expect(list()).rejects.toThrow(/more\.bin has 1 bytes, which is not a multiple of 3073/);
  });

  it('are rejected if the class names are in a pipe, a link to one, too long, or not UTF-8', async () => {
    await put(['data.bin'], records(45));
    const names = path.join(folder, 'classes.txt');
    execFileSync('mkfifo', [path.join(folder, 'pipe'), names]);
    await expect(list()).rejects.toThrow('classes.txt is not a regular file.');
    await rm(names);
    await symlink('pipe', names);
    await expect(list()).rejects.toThrow('classes.txt is a link to something that is not a regular file.');
    await rm(names);
    await put(['classes.txt'], 'cat\n'.repeat(500_000));
    await expect(list()).rejects.toThrow('classes.txt has more than 1 MB.');
    await put(['classes.txt'], Buffer.from('th\xe9\ncaf\xe9\n', 'latin1'));
    await expect(list()).rejects.toThrow('classes.txt is not UTF-8. Save it as UTF-8.');
  });
});
