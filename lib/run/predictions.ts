import { fromFloat16, toFloat16 } from '@/lib/float16.ts';

/**
 * The format of `predictions.bin`, a model's predictions for every test image. Little-endian:
 *
 *     bytes 0–3    "TLPR"
 *     4–7          uint32 version, 2
 *     8–11         uint32 images N
 *     12–15        uint32 classes C
 *     16 …         uint8 [N]          true class (not in version 1)
 *                  uint8 [N]          predicted class, plain
 *                  uint8 [N]          predicted class, with test-time augmentation
 *                  float16 [N, C]     probabilities, plain
 *                  float16 [N, C]     probabilities, with test-time augmentation
 *
 * Images are in the order of the run's test set. Predicted classes are stored because float16 makes close probabilities
 * equal.
 */

const magic = 'TLPR';
const version = 2;
const headerBytes = 16;

/** How the model was evaluated: on the images alone, or with the mean of image and mirror image. */
export type TestKind = 'plain' | 'tta';

/** Predicted and true classes of the test images, one byte each. */
export interface PredictedClasses extends Record<TestKind, Uint8Array> {
  images: number;
  classes: number;
  /** True classes; null in a file of version 1. */
  labels: Uint8Array | null;
}

export interface Predictions extends PredictedClasses {
  /** [images, classes]. */
  probabilities: Record<TestKind, Float32Array>;
}

/**
 * @param labels the true class of each image
 * @param probabilities [images, classes], plain and with test-time augmentation
 * @throws Error if the lengths do not match
 */
export function encodePredictions(
  labels: Uint8Array,
  { plain, tta }: Record<TestKind, ArrayLike<number>>,
  classes: number,
): Uint8Array {
  const images = labels.length;
  if (plain.length !== images * classes || tta.length !== plain.length)
    throw new Error('Probabilities are not [images, classes].');
  const bytes = new Uint8Array(headerBytes + 3 * images + 4 * plain.length);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(magic));
  for (const [index, value] of [version, images, classes].entries()) view.setUint32(4 + 4 * index, value, true);
  bytes.set(labels, headerBytes);
  for (const [index, probabilities] of [plain, tta].entries()) {
    const predictedAt = headerBytes + (1 + index) * images;
    for (let image = 0; image < images; image++) bytes[predictedAt + image] = argmax(probabilities, image, classes);
    const at = headerBytes + 3 * images + index * 2 * plain.length;
    for (let i = 0; i < plain.length; i++) view.setUint16(at + 2 * i, toFloat16(probabilities[i]!), true);
  }
  return bytes;
}

/** Reads the classes without the probabilities. @throws Error if the file has another format or is truncated */
export function decodeClasses(bytes: Uint8Array): PredictedClasses {
  const { images, classes, hasLabels, at } = readHeader(bytes);
  const part = (index: number) => bytes.slice(at + index * images, at + (index + 1) * images);
  const labels = hasLabels ? bytes.slice(headerBytes, at) : null;
  return { images, classes, labels, plain: part(0), tta: part(1) };
}

/** Reads the complete file. @throws Error if it has another format or is truncated */
export function decodePredictions(bytes: Uint8Array): Predictions {
  const { images, classes, at } = readHeader(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = images * classes;
  const part = (index: number) => {
    const start = at + 2 * images + index * 2 * numbers;
    return Float32Array.from({ length: numbers }, (_, i) => fromFloat16(view.getUint16(start + 2 * i, true)));
  };
  return { ...decodeClasses(bytes), probabilities: { plain: part(0), tta: part(1) } };
}

/** @returns the header, and the offset `at` of the predicted classes */
function readHeader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (index: number) => view.getUint32(4 + 4 * index, true);
  const hasMagic = bytes.length >= headerBytes && new TextDecoder('latin1').decode(bytes.subarray(0, 4)) === magic;
  if (!hasMagic || number(0) < 1 || number(0) > version)
    throw new Error(`This is not a predictions file of version ${version} or older.`);
  const [images, classes, hasLabels] = [number(1), number(2), number(0) > 1];
  const at = headerBytes + (hasLabels ? images : 0);
  if (bytes.length !== at + 2 * images + 4 * images * classes) throw new Error('This predictions file is truncated.');
  return { images, classes, hasLabels, at };
}

function argmax(probabilities: ArrayLike<number>, image: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) {
    if (probabilities[image * classes + c]! > probabilities[image * classes + best]!) best = c;
  }
  return best;
}
