import sharp from 'sharp';
import { wallColumns, wallImages, wallTile } from '@/lib/run/sample-predictions.ts';
import { type Dataset, imageBytes } from '@/server/model/dataset/dataset.ts';
import { type Split, shuffledByClass } from '@/server/model/dataset/split.ts';

/** The validation images that are shown with their predictions, class by class. */
export interface Wall {
  /** Where each stands among the validation images. */
  rows: Uint32Array;
  labels: Uint8Array;
  /** [tile rows · 32, 20 · 32, 3]: all of them in one picture, each on its tile. */
  pixels: Uint8Array;
  width: number;
  height: number;
}

/** The first of each class in the order that the split goes by: those of a smaller run are among a larger one's. */
export function chooseSampleImages(
  { train, classes }: Pick<Dataset, 'train' | 'classes'>,
  { val }: Pick<Split, 'val'>,
): Wall {
  const rowOf = new Map(Array.from(val, (image, row) => [image, row]));
  const perClass = Math.max(1, Math.floor(wallImages / classes.length));
  const images = shuffledByClass(train.labels, classes.length, 'train')
    .flatMap((each) => each.filter((image) => rowOf.has(image)).slice(0, perClass))
    .slice(0, wallImages);
  return {
    rows: Uint32Array.from(images, (image) => rowOf.get(image)!),
    labels: Uint8Array.from(images, (image) => train.labels[image]!),
    ...drawTiles(images.map((image) => train.pixels.subarray(image * imageBytes, (image + 1) * imageBytes))),
  };
}

/** @returns a PNG file of the wall's pixels */
export const encodePicture = ({ pixels, width, height }: Pick<Wall, 'pixels' | 'width' | 'height'>): Promise<Buffer> =>
  sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

/** @param images planes of red, green and blue, [3, 32, 32] each */
function drawTiles(images: readonly Uint8Array[]): Pick<Wall, 'pixels' | 'width' | 'height'> {
  const width = wallColumns * wallTile;
  const height = Math.ceil(images.length / wallColumns) * wallTile;
  const pixels = new Uint8Array(width * height * 3);
  const plane = wallTile * wallTile;
  for (const [index, image] of images.entries()) {
    const left = (index % wallColumns) * wallTile;
    const top = Math.floor(index / wallColumns) * wallTile;
    for (let at = 0; at < plane; at++) {
      const to = ((top + Math.floor(at / wallTile)) * width + left + (at % wallTile)) * 3;
      for (let channel = 0; channel < 3; channel++) pixels[to + channel] = image[channel * plane + at]!;
    }
  }
  return { pixels, width, height };
}
