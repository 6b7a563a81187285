import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { imageBytes, recordBytes } from './dataset.ts';
import { renderSketch10 } from './sketch10/sketch10.ts';

/** Settings of a run on the images written by `makeFewImages`, with the bundled backbone. */
export const fewImages = { dataset: 'few', backbone: 'sketch' } as const;

/**
 * Writes the first images of sketch10 as a separate data set, which is read in milliseconds. Rendering all of sketch10, in
 * every process that trains on it, would take seconds.
 * @param datasets the folder of data sets; created if it does not exist
 */
export async function makeFewImages(datasets: string, { train, test } = { train: 500, test: 100 }): Promise<void> {
  const folder = path.join(datasets, fewImages.dataset);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'classes.txt'), cifar10Classes.join('\n'));
  await writeFile(path.join(folder, 'train.bin'), records('train', train));
  await writeFile(path.join(folder, 'test.bin'), records('test', test));
}

/** Records in CIFAR-10's format: a label, then the pixels. */
function records(split: 'train' | 'test', count: number): Uint8Array {
  const { pixels, labels } = renderSketch10({ split, start: 0, count });
  const bytes = new Uint8Array(count * recordBytes);
  for (const [image, label] of labels.entries()) {
    bytes[image * recordBytes] = label;
    bytes.set(pixels.subarray(image * imageBytes, (image + 1) * imageBytes), image * recordBytes + 1);
  }
  return bytes;
}
