import { maxClasses } from './classes.ts';
import type { DatasetSize } from './datasets.ts';
import { customTestShare, heldOut, validationShare } from './datasets.ts';

/** The content of a folder of custom images, its requirements, and the sizes of its split. */

/** A file or folder that is skipped, and why. */
export interface SkippedFile {
  /** Relative to the data set's folder, with forward slashes. */
  file: string;
  reason: string;
}

export interface CustomClass {
  name: string;
  /** Files, relative to the data set's folder. */
  train: string[];
  test: string[];
}

export interface BinaryFile {
  file: string;
  images: number;
}

/** The folders with a data set's training and test images; validation images are drawn from the training images. */
export interface FolderSplit {
  train: string[];
  test: string[];
}

/** Class folders with PNG and JPEG files, or files in CIFAR-10's binary format with their class names. */
export type CustomListing = {
  /** Null if the class folders are not in folders for training and testing. */
  split: FolderSplit | null;
  /** Whether the folder has test images; if not, some of its images are held out. */
  hasTest: boolean;
} & (
  | { format: 'images'; classes: CustomClass[] }
  | { format: 'binary'; classes: string[]; train: BinaryFile[]; test: BinaryFile[] }
);

export type CustomFolder = CustomListing & {
  /** Absolute path. */
  folder: string;
  skipped: SkippedFile[];
  /** Changes with the name, size or modification time of any file that is read. */
  fingerprint: string;
};

/** A folder that cannot be trained on. The message says what to do, and names what was skipped. */
export class CustomImagesError extends Error {
  skipped: readonly SkippedFile[] = [];

  addSkipped(skipped: readonly SkippedFile[]): void {
    this.skipped = skipped;
    if (skipped.length === 0) return;
    const named = skipped.slice(0, 3).map(({ file, reason }) => `${file} ${reason}`);
    const more = skipped.length > named.length ? `; and ${skipped.length - named.length} more` : '';
    this.message += ` Skipped: ${named.join('; ')}${more}.`;
  }
}

/** Description of a valid folder, for messages. */
export const customImagesAdvice =
  'a folder for each class with its PNG or JPEG files, optionally in train/ and test/; or files in CIFAR-10’s binary format with their class names in classes.txt';

/** Smallest number of training images per class: every part of the split needs at least one image of each class. */
const minTrainImages = 10;
/** The same, if the folder has test images. */
const minTrainImagesWithTest = 5;

/** @throws CustomImagesError if there are too few or too many classes */
export function checkClasses(names: readonly string[]): void {
  if (names.length < 2) {
    throw new CustomImagesError(`There is only one class, ${names[0] ?? 'without a name'}. At least two are required.`);
  }
  if (names.length > maxClasses) {
    throw new CustomImagesError(`There are ${names.length} classes. The limit is ${maxClasses}.`);
  }
}

/** The number of images of a class. */
export interface ClassCount {
  name: string;
  train: number;
  test: number;
}

/**
 * Checks that every class has enough images.
 * @throws CustomImagesError with the name of the first class that has too few
 */
export function checkCounts(counts: readonly ClassCount[], hasTest: boolean): void {
  checkClasses(counts.map(({ name }) => name));
  const minimum = hasTest ? minTrainImagesWithTest : minTrainImages;
  for (const { name, train, test } of counts) {
    if (train < minimum) {
      const found = train === 1 ? 'is only 1 training image' : `are only ${train} training images`;
      throw new CustomImagesError(`There ${found} of ${name}. Each class needs at least ${minimum}.`);
    }
    if (hasTest && test === 0) throw new CustomImagesError(`There is no test image of ${name}. Each class needs one.`);
  }
}

/** Sizes of the split of the complete folder. Approximate for binary files, whose labels are not read. */
export function customDatasetSize(listed: CustomFolder): DatasetSize {
  const counts =
    listed.format === 'images'
      ? listed.classes.map(({ train, test }) => ({ train: train.length, test: test.length }))
      : [{ train: sum(listed.train, 'images'), test: sum(listed.test, 'images') }];
  const split = counts.map((available) => {
    const test = listed.hasTest ? available.test : heldOut(available.train, customTestShare);
    const rest = listed.hasTest ? available.train : available.train - test;
    const val = heldOut(rest, validationShare(''));
    return { train: rest - val, val, test };
  });
  const classes = listed.classes.length;
  return { train: sum(split, 'train'), val: sum(split, 'val'), test: sum(split, 'test'), classes };
}

const sum = <K extends string>(parts: readonly Record<K, number>[], key: K): number =>
  parts.reduce((total, part) => total + part[key], 0);
