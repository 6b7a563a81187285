import { open } from 'node:fs/promises';
import path from 'node:path';
import { cifar10Files } from '../../../lib/data-files.ts';
import { Random } from '../random.ts';
import { type ImageSet, imageBytes, recordBytes } from './dataset.ts';

/** Among so many records in a row there are nearly always eight classes. */
const windowRecords = 64;

/**
 * Reads a few images, as far as possible of different classes, from a place in CIFAR-10's training files that is drawn;
 * of 150 MB it reads 200 kB. The same draw gives the same images.
 *
 * @param folder with the binary files, each of its whole length
 * @param count at most 64
 */
export async function readSample(folder: string, count: number, draw: number): Promise<ImageSet> {
  const random = new Random(draw, 'sample');
  const name = cifar10Files.train[random.integer(cifar10Files.train.length)]!;
  const first = random.integer(cifar10Files.fileBytes / recordBytes - windowRecords);
  const window = Buffer.alloc(windowRecords * recordBytes);
  const file = await open(path.join(folder, name));
  try {
    await file.read(window, 0, window.length, first * recordBytes);
  } finally {
    await file.close();
  }
  const labels = Array.from({ length: windowRecords }, (_, record) => window[record * recordBytes]!);
  const isRepeated = (record: number) => Number(labels.indexOf(labels[record]!) < record);
  const chosen = [...labels.keys()].sort((a, b) => isRepeated(a) - isRepeated(b)).slice(0, count);
  const pixels = new Uint8Array(new SharedArrayBuffer(count * imageBytes));
  for (const [row, record] of chosen.entries()) {
    pixels.set(window.subarray(record * recordBytes + 1, (record + 1) * recordBytes), row * imageBytes);
  }
  return { pixels, labels: Uint8Array.from(chosen, (record) => labels[record]!), count };
}
