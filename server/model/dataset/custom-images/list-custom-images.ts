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

/** Finds own images on disk, without decoding any. */

const namesFiles = ['batches.meta.txt', 'classes.txt'];
/** What systems put into folders by themselves. */
const ignored = new Set(['Thumbs.db', 'desktop.ini', '__MACOSX']);
const isImage = (name: string) => /\.(png|jpe?g)$/i.test(name);

/**
 * Finds what can be trained on below a folder.
 * @param folder absolute; no link
 * @throws CustomImagesError where it is no data set: not there, no class folders, too few classes or images
 */
export async function listCustomImages(folder: string): Promise<CustomFolder> {
  const found = await lstat(folder).catch(() => null);
  if (found?.isSymbolicLink()) {
    throw new CustomImagesError(
      `${folder} is a link. Put the folder itself there, or set DATASETS_DIR to where it lies.`,
    );
  }
  if (!found?.isDirectory()) {
    throw new CustomImagesError(`There is no folder ${folder}. Make it: ${customImagesAdvice}.`);
  }
  const walk = new Walk(folder, await realpath(folder));
  const entries = await walk.list('');
  const listed = entries.files.some((name) => name.endsWith('.bin'))
    ? await listBinary(walk, entries.files)
    : await listClasses(walk, entries);
  return { folder, ...listed, skipped: walk.skipped, fingerprint: await fingerprintOf(folder, listed) };
}

/** Reads folders, keeps inside the one it began with, and notes what it leaves out. */
class Walk {
  readonly skipped: SkippedFile[] = [];

  constructor(
    readonly folder: string,
    private readonly real: string,
  ) {}

  skip(file: string, reason: string): void {
    this.skipped.push({ file, reason });
  }

  /** Names of the folders and files in a folder below, sorted as bytes are. Links out of the data set are left out. */
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
      this.skip(file, 'is no plain file');
      return null;
    }
    const target = await realpath(path.join(this.folder, file)).catch(() => null);
    if (target === null) this.skip(file, 'is a link that leads nowhere');
    else if (!target.startsWith(this.real + path.sep)) this.skip(file, 'is a link that leads out of the folder');
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
  for (const name of files) walk.skip(name, 'lies outside the class folders');
  const isSplit = folders.includes('train') && folders.every((name) => name === 'train' || testFolders.includes(name));
  const testFolder = isSplit ? testFolders.find((name) => folders.includes(name)) : undefined;
  // Where there is a test besides, images chosen for validation are trained on: validation images are drawn from these.
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
  if (counts.length === 0)
    throw new CustomImagesError(`${walk.folder} holds no images. It should hold ${customImagesAdvice}.`);
  checkCounts(counts, hasTest);
  return { format: 'images', classes, hasTest };
}

/** The images of every class below some folders; a class without any is left out. */
async function listImages(walk: Walk, below: string[]): Promise<Map<string, string[]>> {
  const byClass = new Map<string, string[]>();
  for (const parent of below) {
    const { folders, files } = await walk.list(parent);
    if (parent !== '') for (const name of files) walk.skip(join(parent, name), 'lies outside the class folders');
    for (const name of folders) {
      const inside = await walk.list(join(parent, name));
      for (const each of inside.folders) walk.skip(join(parent, name, each), 'is a folder within a class');
      for (const each of inside.files.filter((file) => !isImage(file))) {
        walk.skip(join(parent, name, each), 'is neither PNG nor JPEG');
      }
      const images = inside.files.filter(isImage).map((each) => join(parent, name, each));
      if (images.length > 0) byClass.set(name, [...(byClass.get(name) ?? []), ...images]);
      else walk.skip(join(parent, name), 'is a class without images');
    }
  }
  return byClass;
}

async function listBinary(walk: Walk, files: string[]): Promise<CustomListing> {
  const namesFile = namesFiles.find((name) => files.includes(name));
  if (!namesFile) {
    throw new CustomImagesError(
      `${walk.folder} has files in CIFAR-10’s format, but no classes.txt: a class name a line.`,
    );
  }
  const text = await readFile(path.join(walk.folder, namesFile), 'utf8');
  const classes = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (new Set(classes).size < classes.length) throw new CustomImagesError(`${namesFile} names a class twice.`);
  checkClasses(classes);
  const binaries: BinaryFile[] = [];
  for (const file of files.filter((name) => name.endsWith('.bin'))) {
    const { size } = await stat(path.join(walk.folder, file));
    if (size === 0 || size % recordBytes !== 0) {
      throw new CustomImagesError(
        `${file} has ${size} bytes, which are no whole number of records of ${recordBytes}: a label and 32 × 32 × 3 pixels.`,
      );
    }
    binaries.push({ file, images: size / recordBytes });
  }
  const isTest = ({ file }: BinaryFile) => file.startsWith('test');
  const [train, test] = [binaries.filter((each) => !isTest(each)), binaries.filter(isTest)];
  if (train.length === 0) throw new CustomImagesError(`${walk.folder} has no .bin file to train on, only test files.`);
  return { format: 'binary', classes, train, test, hasTest: test.length > 0 };
}

/** Of what is read: names, sizes and dates. */
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
