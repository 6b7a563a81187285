import sharp from 'sharp';
import { maxSampleImages, sampleColumns, sampleTileSize } from '@/lib/run/sample-predictions.ts';
import { type Dataset, imageBytes } from '@/server/model/dataset/dataset.ts';
import { type Split, shuffledByClass } from '@/server/model/dataset/split.ts';

/** Validation images whose predictions are displayed after every epoch, ordered by class. */
export interface SampleImages {
  /** Positions among the validation images. */
  rows: Uint32Array;
  labels: Uint8Array;
  /** All images as tiles of one, [tile rows · 32, 20 · 32, 3]. */
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** Chooses the first images of each class in the order of the split, so that smaller runs have a subset of them. */
export function chooseSampleImages(
  { train, classes }: Pick<Dataset, 'train' | 'classes'>,
  { val }: Pick<Split, 'val'>,
): SampleImages {
  const rowOf = new Map(Array.from(val, (image, row) => [image, row]));
  const perClass = Math.max(1, Math.floor(maxSampleImages / classes.length));
  const images = shuffledByClass(train.labels, classes.length, 'train')
    .flatMap((each) => each.filter((image) => rowOf.has(image)).slice(0, perClass))
    .slice(0, maxSampleImages);
  return {
    rows: Uint32Array.from(images, (image) => rowOf.get(image)!),
    labels: Uint8Array.from(images, (image) => train.labels[image]!),
    ...drawTiles(images.map((image) => train.pixels.subarray(image * imageBytes, (image + 1) * imageBytes))),
  };
}

export const encodePng = ({
  pixels,
  width,
  height,
}: Pick<SampleImages, 'pixels' | 'width' | 'height'>): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

/** @param images [3, 32, 32] each */
function drawTiles(images: readonly Uint8Array[]): Pick<SampleImages, 'pixels' | 'width' | 'height'> {
  const width = sampleColumns * sampleTileSize;
  const height = Math.ceil(images.length / sampleColumns) * sampleTileSize;
  const pixels = new Uint8Array(width * height * 3);
  const plane = sampleTileSize * sampleTileSize;
  for (const [index, image] of images.entries()) {
    const left = (index % sampleColumns) * sampleTileSize;
    const top = Math.floor(index / sampleColumns) * sampleTileSize;
    for (let at = 0; at < plane; at++) {
      const to = ((top + Math.floor(at / sampleTileSize)) * width + left + (at % sampleTileSize)) * 3;
      for (let channel = 0; channel < 3; channel++) pixels[to + channel] = image[channel * plane + at]!;
    }
  }
  return { pixels, width, height };
}
