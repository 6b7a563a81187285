import path from 'node:path';
import { cifar10Classes } from '../../lib/classes.ts';
import { cifar10Files } from '../../lib/data-files.ts';
import { type Preview, type PreviewImage, type PreviewOptions, previewCount } from '../../lib/preview.ts';
import { type ImageSet, imageBytes } from '../training/dataset/dataset.ts';
import { type Batch, makeBatch } from '../training/dataset/make-batch.ts';
import { readSample } from '../training/dataset/sample.ts';
import { inspectFolder } from './inspect.ts';

/**
 * Shows some training images as the trainer would show them to the network, by its own code. Cheap enough for every move
 * of a slider: it reads 200 kB and changes eight images.
 */
export async function previewImages(dataFolder: string, { draw, ...options }: PreviewOptions): Promise<Preview> {
  const folder = path.join(dataFolder, cifar10Files.folder);
  const found = inspectFolder(folder, { files: cifar10Files.train, fileBytes: cifar10Files.fileBytes });
  if (found.is === 'missing') return { images: null, why: 'The images are shown here once CIFAR-10 is there.' };
  if (found.is === 'broken') return { images: null, why: `CIFAR-10 cannot be shown: ${found.problem}.` };
  const images = await readSample(folder, previewCount, draw);
  const order = Uint32Array.from({ length: images.count }, (_, index) => index);
  const plan = { images, indices: order, classes: cifar10Classes.length, batchSize: images.count, seed: draw, options };
  const batch = makeBatch(plan, order, 1, 0);
  return { images: [...order].map((row) => showImage(images, batch, row)) };
}

function showImage(images: ImageSet, { pixels, targets }: Batch, row: number): PreviewImage {
  const [from, to] = [row * imageBytes, (row + 1) * imageBytes];
  const shares = [...targets.subarray(row * cifar10Classes.length, (row + 1) * cifar10Classes.length)];
  return {
    pixels: interleave(pixels.subarray(from, to).map((value) => value * 255)),
    original: interleave(images.pixels.subarray(from, to)),
    targets: shares
      .map((share, label) => ({ label: cifar10Classes[label]!, share }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share),
  };
}

/** Three planes of values within 0…255 as [32, 32, 3] bytes in base64. */
function interleave(planes: Float32Array | Uint8Array): string {
  const area = planes.length / 3;
  const bytes = Buffer.alloc(planes.length);
  for (let plane = 0; plane < 3; plane++) {
    for (let at = 0; at < area; at++) bytes[at * 3 + plane] = Math.round(planes[plane * area + at]!);
  }
  return bytes.toString('base64');
}
