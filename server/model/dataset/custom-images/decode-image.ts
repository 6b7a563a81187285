import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { imageBytes } from '@/server/model/dataset/dataset.ts';

/** Larger images are skipped: decoding them would take seconds and hundreds of megabytes, for 32 × 32 pixels. */
const maxPixels = 16e6;
const maxBytes = 64 * 2 ** 20;
const side = 32;

/** An image that is skipped. The message is the reason, to be appended to the file's name: `cannot be decoded`. */
export class UnreadableImage extends Error {}

/**
 * Decodes a PNG or JPEG file, identified by content, not by name. Applies the EXIF orientation, crops to the largest square
 * at the centre, resizes to 32 × 32 (Lanczos), and puts transparent images on white.
 * @returns [3, 32, 32]
 * @throws UnreadableImage if it is another format, damaged, or too large
 */
export async function decodeImage(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file).catch((error: Error) => {
    throw new UnreadableImage(`cannot be read: ${error.message}`);
  });
  if (bytes.length === 0) throw new UnreadableImage('is empty');
  if (bytes.length > maxBytes) throw new UnreadableImage(`has more than ${maxBytes / 2 ** 20} MB`);
  try {
    const image = sharp(bytes, { failOn: 'error' });
    const { format, width, height } = await image.metadata();
    if (format !== 'png' && format !== 'jpeg') throw new UnreadableImage(`is ${format}, not PNG or JPEG`);
    if (width * height > maxPixels) {
      throw new UnreadableImage(`has ${inMillions(width * height)} megapixels; the limit is ${inMillions(maxPixels)}`);
    }
    const interleaved = await image
      .autoOrient()
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .resize(side, side, { fit: 'cover', position: 'centre', kernel: 'lanczos3' })
      .raw({ depth: 'uchar' })
      .toBuffer();
    return planesOf(interleaved);
  } catch (error) {
    if (error instanceof UnreadableImage) throw error;
    throw new UnreadableImage(`cannot be decoded: ${firstLine(error)}`);
  }
}

/** [32, 32, 3] → [3, 32, 32]. */
function planesOf(interleaved: Uint8Array): Uint8Array {
  if (interleaved.length !== imageBytes) throw new Error(`decoded to ${interleaved.length} bytes`);
  const planes = new Uint8Array(imageBytes);
  for (let pixel = 0; pixel < side * side; pixel++) {
    for (let plane = 0; plane < 3; plane++) planes[plane * side * side + pixel] = interleaved[pixel * 3 + plane]!;
  }
  return planes;
}

const inMillions = (pixels: number): string => (pixels / 1e6).toFixed(pixels % 1e6 === 0 ? 0 : 1);

const firstLine = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
