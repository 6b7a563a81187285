import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { lstat, realpath, stat } from 'node:fs/promises';
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
  type FolderSplit,
} from '@/lib/data/custom-images.ts';
import { recordBytes } from '@/server/model/dataset/dataset.ts';
import { readBounded, UnreadableFile } from '@/server/model/files/read-bounded.ts';
import { formatByName } from './file-formats.ts';
import { type Entries, join, Walk } from './walk.ts';

/** Lists custom images on disk without decoding any. */

const classNameFiles = ['batches.meta.txt', 'classes.txt'];
const maxClassNameBytes = 2 ** 20;
/** CIFAR-10's own files have 29 MB. */
export const maxBinaryBytes = 2 ** 30;
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
  const isBinary = entries.files.some((name) => name.endsWith('.bin'));
  let listed: CustomListing;
  try {
    listed = isBinary ? await listBinary(walk, entries.files) : await listClasses(walk, entries);
  } catch (error) {
    if (error instanceof CustomImagesError) error.addSkipped(walk.skipped);
    throw error;
  }
  return { folder, ...listed, skipped: walk.skipped, fingerprint: await fingerprintOf(folder, listed) };
}

/** The names of the folders of a split, in any case. */
const trainFolderNames = ['train', 'training'];
/** The first of these that exists holds the test images. */
const testFolderNames = ['test', 'testing', 'val', 'valid', 'validation'];

/** The folders with training and test images, relative to the data set's; null if it has class folders. */
function findSplit(folders: readonly string[]): FolderSplit | null {
  const named = (names: readonly string[]) => folders.filter((folder) => names.includes(folder.toLowerCase()));
  const isSplit =
    named(trainFolderNames).length > 0 && named([...trainFolderNames, ...testFolderNames]).length === folders.length;
  if (!isSplit) return null;
  const test = testFolderNames.map((name) => named([name])).find((found) => found.length > 0) ?? [];
  // If there is a test folder, a validation folder counts as training images: validation images are drawn from those.
  return { train: folders.filter((folder) => !test.includes(folder)), test };
}

async function listClasses(walk: Walk, entries: Entries): Promise<CustomListing> {
  const split = findSplit(entries.folders);
  for (const name of entries.files) walk.skip(name, 'is outside the class folders');
  const train = await (split ? listImages(walk, split.train) : listImagesIn(walk, '', entries.folders));
  const test = await listImages(walk, split?.test ?? []);
  const hasTest = split !== null && split.test.length > 0;
  for (const name of test.keys()) {
    if (!train.has(name)) walk.skip(join(split!.test[0]!, name), 'is a class without training images');
  }
  const classes = [...train].map(
    ([name, images]): CustomClass => ({ name, train: images, test: test.get(name) ?? [] }),
  );
  classes.sort((a, b) => (a.name < b.name ? -1 : 1));
  const counts = classes.map((each) => ({ name: each.name, train: each.train.length, test: each.test.length }));
  if (counts.length === 0) throw new CustomImagesError(await describeNoClass(walk, entries));
  if (hasTest && test.size === 0) throw new CustomImagesError(await describeNoTest(walk, split.test[0]!));
  checkCounts(counts, hasTest);
  return { format: 'images', classes, hasTest, split };
}

/** Why a data set has no class with training images. */
async function describeNoClass(walk: Walk, { folders, files }: Entries): Promise<string> {
  const deep = await findDeepClasses(walk, folders);
  if (deep) {
    walk.unskip(deep);
    return `The class folders are one folder too deep: ${path.join(walk.folder, deep)}. Move the contents of that folder to ${walk.folder}.`;
  }
  const loose = files.filter(isImage).length;
  const found = loose > 0 ? `holds ${countOf(loose)} outside class folders` : 'contains no images';
  return `${walk.folder} ${found}. It should contain ${customImagesAdvice}.`;
}

/** Why a data set with a test folder has no test images. */
async function describeNoTest(walk: Walk, folder: string): Promise<string> {
  walk.unskip(folder);
  const loose = (await walk.probe().list(folder)).files.filter(isImage).length;
  const found = loose > 0 ? `holds ${countOf(loose)} outside class folders` : 'contains no images';
  return `${folder}/ ${found}. Sort its images into a folder for each class, or remove ${folder}/ to hold out some training images.`;
}

const countOf = (images: number) => (images === 1 ? '1 image' : `${images} images`);

/** The only folder that contains class folders or a split; null if there is none or several. */
async function findDeepClasses(walk: Walk, folders: readonly string[]): Promise<string | null> {
  const probe = walk.probe();
  const found: string[] = [];
  for (const folder of folders) if (await holdsImages(probe, folder, 3)) found.push(folder);
  return found.length === 1 ? found[0]! : null;
}

/** Whether a folder has an image in its subfolders, at most this deep. */
async function holdsImages(walk: Walk, below: string, depth: number): Promise<boolean> {
  const { folders, files } = await walk.list(below);
  if (files.some(isImage)) return true;
  if (depth === 0) return false;
  for (const folder of folders) if (await holdsImages(walk, join(below, folder), depth - 1)) return true;
  return false;
}

/** Lists the images of each class in the folders of a split. */
async function listImages(walk: Walk, parents: readonly string[]): Promise<Map<string, string[]>> {
  const byClass = new Map<string, string[]>();
  for (const parent of parents) {
    const { folders, files } = await walk.list(parent);
    skipLoose(walk, parent, files);
    for (const [name, images] of await listImagesIn(walk, parent, folders)) {
      byClass.set(name, [...(byClass.get(name) ?? []), ...images]);
    }
  }
  return byClass;
}

/** Lists the images of these class folders; a class without images is skipped. */
async function listImagesIn(walk: Walk, parent: string, classes: readonly string[]): Promise<Map<string, string[]>> {
  const byClass = new Map<string, string[]>();
  for (const name of classes) {
    const folder = join(parent, name);
    const inside = await walk.list(folder);
    for (const each of inside.folders) walk.skip(join(folder, each), 'is a folder within a class');
    for (const each of inside.files.filter((file) => !isImage(file))) {
      const format = formatByName(each);
      walk.skip(join(folder, each), format ? `is ${format}, not PNG or JPEG` : 'is not PNG or JPEG');
    }
    const images = inside.files.filter(isImage).map((each) => join(folder, each));
    if (images.length > 0) byClass.set(name, images);
    else if (!walk.hasSkipped(folder)) walk.skip(folder, 'is a class without images');
  }
  return byClass;
}

/** Skips the files of a split's folder that are outside its class folders: images as a number, others by name. */
function skipLoose(walk: Walk, parent: string, files: readonly string[]): void {
  const images = files.filter(isImage).length;
  if (images > 0) walk.skip(`${parent}/`, `holds ${countOf(images)} outside class folders`);
  for (const name of files.filter((file) => !isImage(file))) {
    walk.skip(join(parent, name), 'is outside the class folders');
  }
}

async function listBinary(walk: Walk, files: string[]): Promise<CustomListing> {
  const classNameFile = classNameFiles.find((name) => files.includes(name));
  const unusable = walk.skipped.find(({ file }) => classNameFiles.includes(file));
  if (!classNameFile && unusable) throw new CustomImagesError(`${unusable.file} ${unusable.reason}.`);
  if (!classNameFile) {
    throw new CustomImagesError(
      `${walk.folder} has files in CIFAR-10’s format, but no classes.txt. Add one with a class name per line.`,
    );
  }
  const classes = (await readClassNames(walk.folder, classNameFile))
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (new Set(classes).size < classes.length) throw new CustomImagesError(`${classNameFile} lists a class twice.`);
  checkClasses(classes);
  const binaries: BinaryFile[] = [];
  for (const file of files.filter((name) => name.endsWith('.bin'))) {
    const { size } = await stat(path.join(walk.folder, file));
    if (size > maxBinaryBytes) {
      throw new CustomImagesError(`${file} has more than ${maxBinaryBytes / 2 ** 20} MB. Split it into smaller files.`);
    }
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
  return { format: 'binary', classes, train, test, hasTest: test.length > 0, split: null };
}

/** @throws CustomImagesError if it cannot be read as UTF-8 */
async function readClassNames(folder: string, file: string): Promise<string> {
  const bytes = await readBounded(path.join(folder, file), maxClassNameBytes).catch((error: Error) => {
    throw error instanceof UnreadableFile ? new CustomImagesError(`${file} ${error.message}.`) : error;
  });
  if (!isUtf8(bytes)) throw new CustomImagesError(`${file} is not UTF-8. Save it as UTF-8.`);
  return new TextDecoder().decode(bytes);
}

/** Hash of the names, sizes and modification times of all files that are read. */
async function fingerprintOf(folder: string, listing: CustomListing): Promise<string> {
  const facts = await Promise.all(
    filesOf(listing).map(async (file) => {
      // A file that was removed meanwhile is skipped when it is decoded.
      const { size, mtimeMs } = await stat(path.join(folder, file)).catch(() => ({ size: -1, mtimeMs: 0 }));
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
