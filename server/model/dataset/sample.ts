import { open } from 'node:fs/promises';
import path from 'node:path';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { CustomImagesError } from '@/lib/data/custom-images.ts';
import { cifar10Files } from '@/lib/data/data-files.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { Random } from '@/server/model/random.ts';
import { decodedFiles, readDecodedFacts } from './custom-images/decoded-files.ts';
import { listCustomImages } from './custom-images/list-custom-images.ts';
import { emptyImages, type ImageSet, imageBytes, recordBytes } from './dataset.ts';
import { renderSketch10, sketch10Sizes } from './sketch10/sketch10.ts';

export interface Sample {
  images: ImageSet;
  classes: readonly string[];
}

/** Number of consecutive images to select from; they nearly always include eight of CIFAR-10's classes. */
const windowImages = 64;

/**
 * Reads a few images of CIFAR-10: 200 kB of 150 MB.
 * @param dataFolder must contain CIFAR-10's complete files
 * @param count at most 64
 */
export async function sampleCifar10(dataFolder: string, count: number, draw: number): Promise<Sample> {
  const random = new Random(draw, 'sample');
  const name = cifar10Files.train[random.integer(cifar10Files.train.length)]!;
  const images = cifar10Files.fileBytes / recordBytes;
  return {
    images: await sampleRecords(path.join(dataFolder, cifar10Files.folder, name), { images, count, random }),
    classes: cifar10Classes,
  };
}

/** Renders a few consecutive images of sketch10, in which the classes alternate. */
export function sampleSketch10(count: number, draw: number): Sample {
  const start = new Random(draw, 'sample').integer(sketch10Sizes.train - count);
  const { pixels, labels } = renderSketch10({ split: 'train', start, count });
  const images = emptyImages(count);
  images.pixels.set(pixels);
  images.labels.set(labels);
  return { images, classes: cifar10Classes };
}

/**
 * Reads a few custom images without decoding any.
 * @returns null if the images must be decoded first, as a run does
 * @throws CustomImagesError if the folder is not a valid data set
 */
export async function sampleCustomImages(
  name: string,
  { datasets, cache }: Pick<Paths, 'datasets' | 'cache'>,
  count: number,
  draw: number,
): Promise<Sample | null> {
  const random = new Random(draw, 'sample');
  const listed = await listCustomImages(path.join(datasets, name));
  if (listed.format === 'binary') {
    const { file, images } = listed.train[random.integer(listed.train.length)]!;
    const sample = await sampleRecords(path.join(listed.folder, file), { images, count, random });
    if (sample.labels.some((label) => label >= listed.classes.length)) {
      throw new CustomImagesError(`${file} has labels beyond its ${listed.classes.length} classes.`);
    }
    return { images: sample, classes: listed.classes };
  }
  const files = decodedFiles(cache, listed.fingerprint);
  const facts = await readDecodedFacts(files.facts);
  if (facts === null) return null;
  const { train } = facts;
  // The cache may have removed the pixels although their facts remain.
  const file = await open(files.images).catch(() => null);
  if (file === null) return null;
  try {
    const labels = await readAt(file, 0, train);
    const order = Array.from(random.permutation(train));
    const images = emptyImages(Math.min(count, train));
    for (const [row, image] of preferDistinctClasses(order, labels, images.count).entries()) {
      images.labels[row] = labels[image]!;
      images.pixels.set(await readAt(file, train + image * imageBytes, imageBytes), row * imageBytes);
    }
    return { images, classes: listed.classes.map((each) => each.name) };
  } finally {
    await file.close();
  }
}

interface RecordSelection {
  /** Number of records in the file. */
  images: number;
  /** Number of records to select. */
  count: number;
  random: Random;
}

/** Selects images from a file in CIFAR-10's format, reading only a window of it. */
async function sampleRecords(name: string, { images, count, random }: RecordSelection): Promise<ImageSet> {
  const width = Math.min(windowImages, images);
  const first = images > width ? random.integer(images - width) : 0;
  const file = await open(name);
  try {
    const window = await readAt(file, first * recordBytes, width * recordBytes);
    const labels = Uint8Array.from({ length: width }, (_, record) => window[record * recordBytes]!);
    const sample = emptyImages(Math.min(count, width));
    for (const [row, record] of preferDistinctClasses([...labels.keys()], labels, sample.count).entries()) {
      sample.labels[row] = labels[record]!;
      sample.pixels.set(window.subarray(record * recordBytes + 1, (record + 1) * recordBytes), row * imageBytes);
    }
    return sample;
  } finally {
    await file.close();
  }
}

async function readAt(file: Awaited<ReturnType<typeof open>>, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.read(bytes, 0, length, from);
  return bytes;
}

/** Selects `count` images in this order, but the first image of each class before any second one. */
function preferDistinctClasses(order: readonly number[], labels: Uint8Array, count: number): number[] {
  const seen = new Set<number>();
  const isFirst = new Map(
    order.map((image) => [image, !seen.has(labels[image]!) && Boolean(seen.add(labels[image]!))]),
  );
  return [...order].sort((a, b) => Number(isFirst.get(b)) - Number(isFirst.get(a))).slice(0, count);
}
