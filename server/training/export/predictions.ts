import { readFile } from 'node:fs/promises';
import { fromFloat16, toFloat16 } from './float16.ts';
import { writeWhole } from './write-whole.ts';

/**
 * `predictions.bin`: what a model said of every test image. Little-endian:
 *
 *     bytes 0–3    "TLPR"
 *     4–7          uint32 version, 1
 *     8–11         uint32 images N
 *     12–15        uint32 classes C
 *     16 …         uint8 [N]          predicted class, plain
 *                  uint8 [N]          predicted class, with test-time augmentation
 *                  float16 [N, C]     probabilities, plain
 *                  float16 [N, C]     probabilities, with test-time augmentation
 *
 * Images in the order of the run's test set. Classes are stored because a half cannot tell close probabilities apart.
 */

const magic = 'TLPR';
const version = 1;
const headerBytes = 16;

interface Prediction {
  /** The most probable class of each image. */
  predicted: Uint8Array;
  /** [images, classes]. */
  probabilities: Float32Array;
}

export interface Predictions {
  images: number;
  classes: number;
  plain: Prediction;
  tta: Prediction;
}

/**
 * Writes `predictions.bin`.
 * @param probabilities [images, classes], plain and with test-time augmentation
 * @returns its size in bytes
 */
export async function writePredictions(
  file: string,
  { plain, tta }: { plain: ArrayLike<number>; tta: ArrayLike<number> },
  classes: number,
): Promise<number> {
  const images = plain.length / classes;
  if (!Number.isInteger(images) || tta.length !== plain.length)
    throw new Error('Probabilities are not [images, classes].');
  const bytes = Buffer.alloc(headerBytes + 2 * images + 4 * plain.length);
  bytes.write(magic, 'latin1');
  bytes.writeUInt32LE(version, 4);
  bytes.writeUInt32LE(images, 8);
  bytes.writeUInt32LE(classes, 12);
  for (const [index, probabilities] of [plain, tta].entries()) {
    const predictedAt = headerBytes + index * images;
    for (let image = 0; image < images; image++) bytes[predictedAt + image] = largest(probabilities, image, classes);
    const probabilitiesAt = headerBytes + 2 * images + index * 2 * plain.length;
    for (let i = 0; i < probabilities.length; i++)
      bytes.writeUInt16LE(toFloat16(probabilities[i]!), probabilitiesAt + 2 * i);
  }
  return writeWhole(file, bytes);
}

/** Reads `predictions.bin`. @throws Error where it is another file, another version or cut short */
export async function readPredictions(file: string): Promise<Predictions> {
  const bytes = await readFile(file);
  const known =
    bytes.length >= headerBytes && bytes.toString('latin1', 0, 4) === magic && bytes.readUInt32LE(4) === version;
  if (!known) throw new Error(`${file} is not a predictions file of version ${version}.`);
  const images = bytes.readUInt32LE(8);
  const classes = bytes.readUInt32LE(12);
  const numbers = images * classes;
  if (bytes.length !== headerBytes + 2 * images + 4 * numbers) throw new Error(`${file} is cut short.`);
  const prediction = (index: number): Prediction => {
    const predictedAt = headerBytes + index * images;
    const probabilitiesAt = headerBytes + 2 * images + index * 2 * numbers;
    return {
      predicted: Uint8Array.from(bytes.subarray(predictedAt, predictedAt + images)),
      probabilities: Float32Array.from({ length: numbers }, (_, i) =>
        fromFloat16(bytes.readUInt16LE(probabilitiesAt + 2 * i)),
      ),
    };
  };
  return { images, classes, plain: prediction(0), tta: prediction(1) };
}

function largest(probabilities: ArrayLike<number>, image: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) {
    if (probabilities[image * classes + c]! > probabilities[image * classes + best]!) best = c;
  }
  return best;
}
