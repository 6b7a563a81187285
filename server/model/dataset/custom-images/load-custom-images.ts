import path from 'node:path';
import { type BinaryFile, type CustomFolder, CustomImagesError, checkCounts } from '@/lib/data/custom-images.ts';
import { customTestShare, heldOut } from '@/lib/data/datasets.ts';
import type { OnRead } from '@/server/model/dataset/dataset.ts';
import {
  type Dataset,
  datasetOf,
  emptyImages,
  type ImageSet,
  imageBytes,
  recordBytes,
} from '@/server/model/dataset/dataset.ts';
import { shuffledByClass } from '@/server/model/dataset/split.ts';
import { DataError } from '@/server/model/errors.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { readBounded, UnreadableFile } from '@/server/model/files/read-bounded.ts';
import { type DecodedImages, decodeImages } from './decode-images.ts';
import { listCustomImages, maxBinaryBytes } from './list-custom-images.ts';

/**
 * Loads a folder of custom images, from the cache if an earlier run has decoded them. If the folder has no test images, a
 * fifth of each class is held out for testing, always the same images.
 *
 * @throws DataError if the folder cannot be trained on
 */
export async function loadCustomImages(
  name: string,
  { datasets, cache }: Pick<Paths, 'datasets' | 'cache'>,
  onRead: OnRead,
): Promise<Dataset> {
  try {
    const listed = await listCustomImages(path.join(datasets, name));
    const { train, test, skipped } =
      listed.format === 'images' ? await decodeImages(listed, cache, onRead) : await readBinaries(listed);
    for (const { file, reason } of [...listed.skipped, ...skipped]) console.log(`Skipped: ${file} ${reason}`);
    const classes = listed.classes.map((each) => (typeof each === 'string' ? each : each.name));
    checkCounts(countsOf(classes, train, test), listed.hasTest);
    const sets = listed.hasTest ? { train, test } : holdOutTest(train, classes.length);
    return datasetOf({ name, classes, ...sets }, name);
  } catch (error) {
    if (error instanceof CustomImagesError) throw new DataError('dataset-unusable', error.message, { cause: error });
    throw error;
  }
}

function countsOf(classes: readonly string[], train: ImageSet, test: ImageSet) {
  const [inTrain, inTest] = [train, test].map(({ labels }) => {
    const counts = Array<number>(classes.length).fill(0);
    for (const label of labels) counts[label]! += 1;
    return counts;
  });
  return classes.map((name, label) => ({ name, train: inTrain![label]!, test: inTest![label]! }));
}

function holdOutTest(images: ImageSet, classes: number): { train: ImageSet; test: ImageSet } {
  // The purpose must not change: it determines which images are held out.
  const byClass = shuffledByClass(images.labels, classes, 'own test');
  const test = byClass.flatMap((each) => each.slice(0, heldOut(each.length, customTestShare))).sort((a, b) => a - b);
  const isTest = new Set(test);
  const train = Array.from(images.labels.keys()).filter((image) => !isTest.has(image));
  return { train: pick(images, train), test: pick(images, test) };
}

function pick(from: ImageSet, indices: readonly number[]): ImageSet {
  const images = emptyImages(indices.length);
  for (const [at, index] of indices.entries()) {
    images.labels[at] = from.labels[index]!;
    images.pixels.set(from.pixels.subarray(index * imageBytes, (index + 1) * imageBytes), at * imageBytes);
  }
  return images;
}

async function readBinaries(listed: Extract<CustomFolder, { format: 'binary' }>): Promise<DecodedImages> {
  const read = (files: readonly BinaryFile[]) => readRecords(listed.folder, files, listed.classes.length);
  return { train: await read(listed.train), test: await read(listed.test), skipped: [] };
}

/** @throws CustomImagesError if a label is outside the classes */
async function readRecords(folder: string, files: readonly BinaryFile[], classes: number): Promise<ImageSet> {
  const images = emptyImages(files.reduce((sum, file) => sum + file.images, 0));
  let image = 0;
  for (const { file } of files) {
    const records = await readBounded(path.join(folder, file), maxBinaryBytes).catch((error: Error) => {
      throw error instanceof UnreadableFile ? new CustomImagesError(`${file} ${error.message}.`) : error;
    });
    for (let at = 0; at < records.length; at += recordBytes, image++) {
      const label = records[at]!;
      if (label >= classes) {
        throw new CustomImagesError(
          `Image ${at / recordBytes} of ${file} has label ${label}, but the ${classes} classes have labels 0 to ${classes - 1}.`,
        );
      }
      images.labels[image] = label;
      images.pixels.set(records.subarray(at + 1, at + recordBytes), image * imageBytes);
    }
  }
  return images;
}
