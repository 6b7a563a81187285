import { open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { CustomImagesError } from '@/lib/data/custom-images.ts';
import { cifar10Files } from '@/lib/data/data-files.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { Random } from '@/server/model/random.ts';
import { decodedFactsSchema, decodedFiles } from './custom-images/decoded-files.ts';
import { listCustomImages } from './custom-images/list-custom-images.ts';
import { emptyImages, type ImageSet, imageBytes, recordBytes } from './dataset.ts';
import { renderSketch10, sketch10Sizes } from './sketch10/sketch10.ts';

export interface Sample {
  images: ImageSet;
  classes: readonly string[];
}

/** Of so many images that lie in a row, some are chosen; among these there are nearly always eight of CIFAR-10's classes. */
const windowImages = 64;

/**
 * Reads some of CIFAR-10's images: 200 kB of 150 MB.
 * @param dataFolder that has CIFAR-10's files, each of its whole length
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

/** Draws some of sketch10's images, in which the classes take turns. */
export function sampleSketch10(count: number, draw: number): Sample {
  const start = new Random(draw, 'sample').integer(sketch10Sizes.train - count);
  const { pixels, labels } = renderSketch10({ split: 'train', start, count });
  const images = emptyImages(count);
  images.pixels.set(pixels);
  images.labels.set(labels);
  return { images, classes: cifar10Classes };
}

/**
 * Reads some own images, decoding none.
 * @returns null where they must be decoded first, as a run does
 * @throws CustomImagesError where the folder is no data set
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
  const facts = await readFile(files.facts, 'utf8').catch(() => null);
  if (facts === null) return null;
  const { train } = decodedFactsSchema.parse(JSON.parse(facts));
  // The cache may have made room of it, facts or no facts.
  const file = await open(files.images).catch(() => null);
  if (file === null) return null;
  try {
    const labels = await readAt(file, 0, train);
    const order = Array.from(random.permutation(train));
    const images = emptyImages(Math.min(count, train));
    for (const [row, image] of differing(order, labels, images.count).entries()) {
      images.labels[row] = labels[image]!;
      images.pixels.set(await readAt(file, train + image * imageBytes, imageBytes), row * imageBytes);
    }
    return { images, classes: listed.classes.map((each) => each.name) };
  } finally {
    await file.close();
  }
}

interface RecordsWanted {
  /** How many there are. */
  images: number;
  count: number;
  random: Random;
}

/** From a file of records, labels and pixels; only a window of it is read. */
async function sampleRecords(name: string, { images, count, random }: RecordsWanted): Promise<ImageSet> {
  const width = Math.min(windowImages, images);
  const first = images > width ? random.integer(images - width) : 0;
  const file = await open(name);
  try {
    const window = await readAt(file, first * recordBytes, width * recordBytes);
    const labels = Uint8Array.from({ length: width }, (_, record) => window[record * recordBytes]!);
    const sample = emptyImages(Math.min(count, width));
    for (const [row, record] of differing([...labels.keys()], labels, sample.count).entries()) {
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

/** Some of the images in this order, the first of each class before others. */
function differing(order: readonly number[], labels: Uint8Array, count: number): number[] {
  const seen = new Set<number>();
  const isFirst = new Map(
    order.map((image) => [image, !seen.has(labels[image]!) && Boolean(seen.add(labels[image]!))]),
  );
  return [...order].sort((a, b) => Number(isFirst.get(b)) - Number(isFirst.get(a))).slice(0, count);
}
