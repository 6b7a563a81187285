import { type ImageSet, imageBytes, labelsOf } from '@/server/model/dataset/dataset.ts';
import type { Split } from '@/server/model/dataset/split.ts';
import { Random } from '@/server/model/random.ts';
import { argmax, softmax } from '@/server/model/scores.ts';
import { createOptimizer } from '@/server/training/optimizer/optimizer.ts';

/** Baseline on pixels: multinomial logistic regression on standardised pixels; the best epoch by validation accuracy counts. */

const [batchSize, epochs, learningRate, weightDecay] = [64, 8, 3e-4, 1];

/** @returns the predicted class of each test image */
export function predictFromPixels(
  { train, test, classes }: { train: ImageSet; test: ImageSet; classes: number },
  split: Split,
  seed: number,
): Uint8Array {
  const scale = standardisation(train, split.train);
  const rows = {
    train: scale(train, split.train),
    val: scale(train, split.val),
    test: scale(test, split.test),
  };
  const labels = labelsOf(train, split.train);
  const valLabels = labelsOf(train, split.val);
  const parameters = new Map([
    ['kernel', new Float32Array(imageBytes * classes)],
    ['bias', new Float32Array(classes)],
  ]);
  const optimizer = createOptimizer('adamw', { weightDecay });
  let best: { correct: number; predicted: Uint8Array } = { correct: -1, predicted: new Uint8Array() };
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = new Random(seed, 'pixels', epoch).permutation(labels.length);
    for (let at = 0; at < order.length; at += batchSize) {
      const batch = order.subarray(at, at + batchSize);
      optimizer.step(parameters, gradientsOf(rows.train, labels, batch, parameters, classes), learningRate);
    }
    const predicted = argmax(logitsOf(rows.val, parameters, classes), classes);
    const correct = predicted.reduce((count, label, image) => count + Number(label === valLabels[image]), 0);
    if (correct > best.correct)
      best = { correct, predicted: argmax(logitsOf(rows.test, parameters, classes), classes) };
  }
  return best.predicted;
}

/** @returns a function that scales images to rows [images, 3072], with mean 0 and deviation 1 of each pixel over `indices` */
function standardisation(images: ImageSet, indices: Uint32Array) {
  const [mean, square] = [new Float64Array(imageBytes), new Float64Array(imageBytes)];
  for (const image of indices) {
    for (let i = 0; i < imageBytes; i++) {
      const value = images.pixels[image * imageBytes + i]!;
      mean[i] = mean[i]! + value / indices.length;
      square[i] = square[i]! + value ** 2 / indices.length;
    }
  }
  const deviation = square.map((value, i) => Math.sqrt(Math.max(1, value - mean[i]! ** 2)));
  return ({ pixels }: ImageSet, chosen: Uint32Array): Float32Array => {
    const rows = new Float32Array(chosen.length * imageBytes);
    for (const [row, image] of chosen.entries()) {
      for (let i = 0; i < imageBytes; i++) {
        rows[row * imageBytes + i] = (pixels[image * imageBytes + i]! - mean[i]!) / deviation[i]!;
      }
    }
    return rows;
  };
}

/** @returns logits [n, classes] of rows [n, 3072] */
function logitsOf(rows: Float32Array, parameters: Map<string, Float32Array>, classes: number): Float32Array {
  const [kernel, bias] = [parameters.get('kernel')!, parameters.get('bias')!];
  const logits = new Float32Array((rows.length / imageBytes) * classes);
  for (let row = 0; row * imageBytes < rows.length; row++) {
    for (let c = 0; c < classes; c++) {
      let sum = bias[c]!;
      for (let i = 0; i < imageBytes; i++) sum += rows[row * imageBytes + i]! * kernel[c * imageBytes + i]!;
      logits[row * classes + c] = sum;
    }
  }
  return logits;
}

/** Gradients of a batch's mean cross-entropy. */
function gradientsOf(
  rows: Float32Array,
  labels: Uint8Array,
  batch: Uint32Array,
  parameters: Map<string, Float32Array>,
  classes: number,
): Map<string, Float32Array> {
  const gradients = new Map([...parameters].map(([name, values]) => [name, new Float32Array(values.length)]));
  const [kernel, bias] = [gradients.get('kernel')!, gradients.get('bias')!];
  for (const row of batch) {
    const pixels = rows.subarray(row * imageBytes, (row + 1) * imageBytes);
    const probabilities = softmax(logitsOf(pixels, parameters, classes), classes);
    for (let c = 0; c < classes; c++) {
      const error = (probabilities[c]! - Number(labels[row] === c)) / batch.length;
      bias[c] = bias[c]! + error;
      for (let i = 0; i < imageBytes; i++)
        kernel[c * imageBytes + i] = kernel[c * imageBytes + i]! + error * pixels[i]!;
    }
  }
  return gradients;
}
