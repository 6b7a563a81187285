import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { imageBytes, recordBytes } from './dataset.ts';
import { renderSketch10 } from './sketch10/sketch10.ts';

/** A run on the images that `makeFewImages` wrote, from the network that comes with the app. */
export const fewImages = { dataset: 'few', backbone: 'sketch' } as const;

/**
 * Writes the first images of sketch10 as a data set of its own, which is read in milliseconds: every process that trains on
 * sketch10 draws all of it, for seconds.
 * @param datasets the folder of data sets, which need not be there
 */
export async function makeFewImages(datasets: string, { train, test } = { train: 500, test: 100 }): Promise<void> {
  const folder = path.join(datasets, fewImages.dataset);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'classes.txt'), cifar10Classes.join('\n'));
  await writeFile(path.join(folder, 'train.bin'), records('train', train));
  await writeFile(path.join(folder, 'test.bin'), records('test', test));
}

/** As in CIFAR-10's files: a label, then the pixels. */
function records(split: 'train' | 'test', count: number): Uint8Array {
  const { pixels, labels } = renderSketch10({ split, start: 0, count });
  const bytes = new Uint8Array(count * recordBytes);
  for (const [image, label] of labels.entries()) {
    bytes[image * recordBytes] = label;
    bytes.set(pixels.subarray(image * imageBytes, (image + 1) * imageBytes), image * recordBytes + 1);
  }
  return bytes;
}
