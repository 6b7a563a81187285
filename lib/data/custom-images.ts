import { maxClasses } from './classes.ts';
import type { DatasetSize } from './datasets.ts';
import { heldOut, customTestShare, validationShare } from './datasets.ts';

/** A folder of own images as it was found: what it holds, whether that is enough, and how it will be split. */

/** What is left out, and why. `file` counts from the data set's folder, with forward slashes. */
export interface SkippedFile {
  file: string;
  reason: string;
}

export interface CustomClass {
  name: string;
  /** Files, counted from the data set's folder. */
  train: string[];
  test: string[];
}

export interface BinaryFile {
  file: string;
  images: number;
}

/** Class folders of PNG and JPEG files; or files in CIFAR-10's binary format, with the names of their classes. */
export type CustomListing = {
  /** Whether somebody chose the test images; else they are drawn from the others. */
  hasTest: boolean;
} & (
  | { format: 'images'; classes: CustomClass[] }
  | { format: 'binary'; classes: string[]; train: BinaryFile[]; test: BinaryFile[] }
);

export type CustomFolder = CustomListing & {
  /** Absolute. */
  folder: string;
  skipped: SkippedFile[];
  /** Changes with the name, size or date of any file that is read. */
  fingerprint: string;
};

/** Nobody can train on this folder. The message says what to do about it. */
export class CustomImagesError extends Error {}

/** How it should be, in one line. */
export const customImagesAdvice =
  'a folder for each class with its PNG or JPEG files, optionally in train/ and test/; or files in CIFAR-10’s binary format with their class names in classes.txt';

/** So that test, validation and training have at least one image of each class. */
const fewestImages = 10;
const fewestWithTest = 5;

/** @throws CustomImagesError where there are too few or too many */
export function checkClasses(names: readonly string[]): void {
  if (names.length < 2) {
    throw new CustomImagesError(`There is only one class, ${names[0] ?? 'without a name'}. At least two are needed.`);
  }
  if (names.length > maxClasses) {
    throw new CustomImagesError(`There are ${names.length} classes. At most ${maxClasses} can be told apart.`);
  }
}

/** Of a class, how many images there are: read, or at least found. */
export interface ClassCount {
  name: string;
  train: number;
  test: number;
}

/**
 * Whether there is enough of every class.
 * @throws CustomImagesError naming the first class that lacks images
 */
export function checkCounts(counts: readonly ClassCount[], hasTest: boolean): void {
  checkClasses(counts.map(({ name }) => name));
  const fewest = hasTest ? fewestWithTest : fewestImages;
  for (const { name, train, test } of counts) {
    if (train < fewest) {
      const found = train === 1 ? 'is only 1 image' : `are only ${train} images`;
      throw new CustomImagesError(`There ${found} of ${name} to train on. Each class needs at least ${fewest}.`);
    }
    if (hasTest && test === 0) throw new CustomImagesError(`There is no test image of ${name}. Each class needs one.`);
  }
}

/** How many images a run on the whole folder takes; of binary files, whose labels nobody has read, only nearly. */
export function customDatasetSize(listed: CustomFolder): DatasetSize {
  const counts =
    listed.format === 'images'
      ? listed.classes.map(({ train, test }) => ({ train: train.length, test: test.length }))
      : [{ train: sum(listed.train, 'images'), test: sum(listed.test, 'images') }];
  const split = counts.map(({ train: found, test: chosen }) => {
    const test = listed.hasTest ? chosen : heldOut(found, customTestShare);
    const rest = listed.hasTest ? found : found - test;
    const val = heldOut(rest, validationShare(''));
    return { train: rest - val, val, test };
  });
  const classes = listed.classes.length;
  return { train: sum(split, 'train'), val: sum(split, 'val'), test: sum(split, 'test'), classes };
}

const sum = <K extends string>(parts: readonly Record<K, number>[], key: K): number =>
  parts.reduce((total, part) => total + part[key], 0);
