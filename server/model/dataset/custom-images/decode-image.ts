import sharp from 'sharp';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { readBounded, UnreadableFile } from '@/server/model/files/read-bounded.ts';
import { formatByContent, isCutOff } from './file-formats.ts';

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
  const bytes = await readBounded(file, maxBytes).catch((error: Error) => {
    throw error instanceof UnreadableFile ? new UnreadableImage(error.message, { cause: error }) : error;
  });
  if (bytes.length === 0) throw new UnreadableImage('is empty');
  const other = formatByContent(bytes);
  if (other) throw new UnreadableImage(`is ${other}, not PNG or JPEG`);
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
    const reason = firstLine(error);
    const endsEarly = isCutOff(bytes) || /premature end|truncated/i.test(reason);
    throw new UnreadableImage(`cannot be decoded: ${endsEarly ? 'it is cut off' : reason}`);
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
