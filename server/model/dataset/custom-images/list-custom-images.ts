import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type BinaryFile,
  type CustomClass,
  type CustomFolder,
  CustomImagesError,
  type CustomListing,
  checkClasses,
  checkCounts,
  customImagesAdvice,
  type SkippedFile,
} from '@/lib/data/custom-images.ts';
import { recordBytes } from '@/server/model/dataset/dataset.ts';

/** Lists custom images on disk without decoding any. */

const classNameFiles = ['batches.meta.txt', 'classes.txt'];
/** Files that operating systems create automatically. */
const ignored = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);
const isImage = (name: string) => /\.(png|jpe?g)$/i.test(name);

/**
 * Lists the classes and files of a data set's folder.
 * @param folder absolute, not a link
 * @throws CustomImagesError if the folder does not exist, has no class folders, or too few classes or images
 */
export async function listCustomImages(folder: string): Promise<CustomFolder> {
  const found = await lstat(folder).catch(() => null);
  if (found?.isSymbolicLink()) {
    throw new CustomImagesError(
      `${folder} is a link. Replace it with the folder itself, or set DATASETS_DIR to the folder that contains it.`,
    );
  }
  if (!found?.isDirectory()) {
    throw new CustomImagesError(`There is no folder ${folder}. Create it with ${customImagesAdvice}.`);
  }
  const walk = new Walk(folder, await realpath(folder));
  const entries = await walk.list('');
  const listed = entries.files.some((name) => name.endsWith('.bin'))
    ? await listBinary(walk, entries.files)
    : await listClasses(walk, entries);
  return { folder, ...listed, skipped: walk.skipped, fingerprint: await fingerprintOf(folder, listed) };
}

/** Reads the folders of a data set without leaving it, and collects skipped files. */
class Walk {
  readonly skipped: SkippedFile[] = [];

  constructor(
    readonly folder: string,
    private readonly real: string,
  ) {}

  skip(file: string, reason: string): void {
    this.skipped.push({ file, reason });
  }

  /** Names of the subfolders and files in a folder of the data set, sorted. Links to outside the data set are skipped. */
  async list(below: string): Promise<{ folders: string[]; files: string[] }> {
    const entries = await readdir(path.join(this.folder, below), { withFileTypes: true });
    const listed = { folders: [] as string[], files: [] as string[] };
    for (const entry of entries) {
      if (entry.name.startsWith('.') || ignored.has(entry.name)) continue;
      const kind = await this.kindOf(entry, join(below, entry.name));
      if (kind) listed[kind].push(entry.name);
    }
    listed.folders.sort();
    listed.files.sort();
    return listed;
  }

  private async kindOf(entry: Dirent, file: string): Promise<'folders' | 'files' | null> {
    if (entry.isDirectory()) return 'folders';
    if (entry.isFile()) return 'files';
    if (!entry.isSymbolicLink()) {
      this.skip(file, 'is not a regular file');
      return null;
    }
    const target = await realpath(path.join(this.folder, file)).catch(() => null);
    if (target === null) this.skip(file, 'is a broken link');
    else if (!target.startsWith(this.real + path.sep)) this.skip(file, 'is a link that points outside the folder');
    else return (await stat(target)).isDirectory() ? 'folders' : 'files';
    return null;
  }
}

const join = (...parts: string[]) => parts.filter(Boolean).join('/');

const testFolders = ['test', 'val', 'valid', 'validation'];

async function listClasses(
  walk: Walk,
  { folders, files }: { folders: string[]; files: string[] },
): Promise<CustomListing> {
  for (const name of files) walk.skip(name, 'is outside the class folders');
  const isSplit = folders.includes('train') && folders.every((name) => name === 'train' || testFolders.includes(name));
  const testFolder = isSplit ? testFolders.find((name) => folders.includes(name)) : undefined;
  // If there is a test folder, a validation folder counts as training images: validation images are drawn from those.
  const trainFolders = isSplit ? folders.filter((name) => name !== testFolder) : [''];

  const train = await listImages(walk, trainFolders);
  const test = testFolder ? await listImages(walk, [testFolder]) : new Map<string, string[]>();
  for (const name of test.keys()) {
    if (!train.has(name)) walk.skip(join(testFolder!, name), 'is a class without training images');
  }
  const classes = [...train].map(
    ([name, images]): CustomClass => ({ name, train: images, test: test.get(name) ?? [] }),
  );
  classes.sort((a, b) => (a.name < b.name ? -1 : 1));
  const hasTest = testFolder !== undefined;
  const counts = classes.map((each) => ({ name: each.name, train: each.train.length, test: each.test.length }));
  if (counts.length === 0) {
    throw new CustomImagesError(`${walk.folder} contains no images. It should contain ${customImagesAdvice}.`);
  }
  checkCounts(counts, hasTest);
  return { format: 'images', classes, hasTest };
}

/** Lists the images of each class in these parent folders; a class without images is skipped. */
async function listImages(walk: Walk, below: string[]): Promise<Map<string, string[]>> {
  const byClass = new Map<string, string[]>();
  for (const parent of below) {
    const { folders, files } = await walk.list(parent);
    if (parent !== '') for (const name of files) walk.skip(join(parent, name), 'is outside the class folders');
    for (const name of folders) {
      const inside = await walk.list(join(parent, name));
      for (const each of inside.folders) walk.skip(join(parent, name, each), 'is a folder within a class');
      for (const each of inside.files.filter((file) => !isImage(file))) {
        walk.skip(join(parent, name, each), 'is not PNG or JPEG');
      }
      const images = inside.files.filter(isImage).map((each) => join(parent, name, each));
      if (images.length > 0) byClass.set(name, [...(byClass.get(name) ?? []), ...images]);
      else walk.skip(join(parent, name), 'is a class without images');
    }
  }
  return byClass;
}

async function listBinary(walk: Walk, files: string[]): Promise<CustomListing> {
  const classNameFile = classNameFiles.find((name) => files.includes(name));
  if (!classNameFile) {
    throw new CustomImagesError(
      `${walk.folder} has files in CIFAR-10’s format, but no classes.txt. Add one with a class name per line.`,
    );
  }
  const text = await readFile(path.join(walk.folder, classNameFile), 'utf8');
  const classes = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (new Set(classes).size < classes.length) throw new CustomImagesError(`${classNameFile} lists a class twice.`);
  checkClasses(classes);
  const binaries: BinaryFile[] = [];
  for (const file of files.filter((name) => name.endsWith('.bin'))) {
    const { size } = await stat(path.join(walk.folder, file));
    if (size === 0 || size % recordBytes !== 0) {
      throw new CustomImagesError(
        `${file} has ${size} bytes, which is not a multiple of ${recordBytes}: each record has a label and 32 × 32 × 3 pixels.`,
      );
    }
    binaries.push({ file, images: size / recordBytes });
  }
  const isTest = ({ file }: BinaryFile) => file.startsWith('test');
  const [train, test] = [binaries.filter((each) => !isTest(each)), binaries.filter(isTest)];
  if (train.length === 0) {
    throw new CustomImagesError(`${walk.folder} contains only test files. Add a .bin file with training images.`);
  }
  return { format: 'binary', classes, train, test, hasTest: test.length > 0 };
}

/** Hash of the names, sizes and modification times of all files that are read. */
async function fingerprintOf(folder: string, listing: CustomListing): Promise<string> {
  const facts = await Promise.all(
    filesOf(listing).map(async (file) => {
      const { size, mtimeMs } = await stat(path.join(folder, file));
      return `${file}\0${size}\0${mtimeMs}\n`;
    }),
  );
  const names = listing.format === 'binary' ? listing.classes : [];
  return createHash('sha256').update(facts.join('')).update(names.join('\n')).digest('hex');
}

const filesOf = (listing: CustomListing): string[] =>
  listing.format === 'images'
    ? listing.classes.flatMap(({ train, test }) => [...train, ...test])
    : [...listing.train, ...listing.test].map(({ file }) => file);
