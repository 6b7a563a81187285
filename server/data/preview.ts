import path from 'node:path';
import { CustomImagesError } from '@/lib/data/custom-images.ts';
import { cifar10Files } from '@/lib/data/data-files.ts';
import { builtInDatasets, isBuiltInDataset } from '@/lib/data/datasets.ts';
import { type Preview, type PreviewImage, type PreviewOptions, previewCount } from '@/lib/data/preview.ts';
import { type Batch, makeBatch } from '@/server/model/dataset/batches/make-batch.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { sampleDataset } from '@/server/model/dataset/load.ts';
import type { Sample } from '@/server/model/dataset/sample.ts';
import type { Paths } from '@/server/model/files/paths.ts';
import { inspectFolder } from './inspect.ts';

/**
 * Renders a few training images as the network sees them, using the trainer's own code. Fast enough for every move of a
 * slider: it reads 200 kB and transforms eight images.
 */
export async function previewImages(paths: Paths, { draw, dataset, ...options }: PreviewOptions): Promise<Preview> {
  const sample = await takeSample(paths, dataset, draw);
  if ('why' in sample) return { images: null, why: sample.why };
  const { images, classes } = sample;
  const order = Uint32Array.from({ length: images.count }, (_, index) => index);
  const plan = { images, indices: order, classes: classes.length, batchSize: images.count, seed: draw, options };
  const batch = makeBatch(plan, order, 1, 0);
  return { images: [...order].map((row) => toPreviewImage(sample, batch, row)) };
}

async function takeSample(paths: Paths, dataset: string, draw: number): Promise<Sample | { why: string }> {
  const why = isBuiltInDataset(dataset) && builtInDatasets[dataset].download === 'cifar10' && cifar10Problem(paths);
  if (why) return { why };
  try {
    const sample = await sampleDataset(dataset, paths, previewCount, draw);
    return sample ?? { why: `Images of ${dataset} appear here once a run has read them.` };
  } catch (error) {
    if (error instanceof CustomImagesError) return { why: `Images of ${dataset} cannot be shown: ${error.message}` };
    throw error;
  }
}

function cifar10Problem({ data }: Paths): string | null {
  const folder = path.join(data, cifar10Files.folder);
  const found = inspectFolder(folder, { files: cifar10Files.train, fileBytes: cifar10Files.fileBytes });
  if (found.is === 'missing') return 'Images appear here once CIFAR-10 is downloaded.';
  return found.is === 'broken' ? `Images of CIFAR-10 cannot be shown: ${found.problem}.` : null;
}

function toPreviewImage({ images, classes }: Sample, { pixels, targets }: Batch, row: number): PreviewImage {
  const [from, to] = [row * imageBytes, (row + 1) * imageBytes];
  const shares = [...targets.subarray(row * classes.length, (row + 1) * classes.length)];
  return {
    pixels: interleave(pixels.subarray(from, to).map((value) => value * 255)),
    original: interleave(images.pixels.subarray(from, to)),
    targets: shares
      .map((share, label) => ({ label: classes[label]!, share }))
      .filter(({ share }) => share > 0)
      .sort((a, b) => b.share - a.share),
  };
}

/** Converts [3, 32, 32] values within 0…255 to [32, 32, 3] bytes in base64. */
function interleave(planes: Float32Array | Uint8Array): string {
  const area = planes.length / 3;
  const bytes = Buffer.alloc(planes.length);
  for (let plane = 0; plane < 3; plane++) {
    for (let at = 0; at < area; at++) bytes[at * 3 + plane] = Math.round(planes[plane * area + at]!);
  }
  return bytes.toString('base64');
}
