/** Scores from logits, in double precision: in float32, a collapsed run's probabilities would be 0 and its loss infinite. */

/** Log softmax of each row. [n, classes] → [n, classes]. */
export function logSoftmax(logits: Float32Array, classes: number): Float64Array {
  const result = new Float64Array(logits.length);
  for (let row = 0; row < logits.length; row += classes) {
    let highest = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) highest = Math.max(highest, logits[row + c]!);
    let total = 0;
    for (let c = 0; c < classes; c++) total += Math.exp(logits[row + c]! - highest);
    const logTotal = highest + Math.log(total);
    for (let c = 0; c < classes; c++) result[row + c] = logits[row + c]! - logTotal;
  }
  return result;
}

/** Softmax of each row. [n, classes] → [n, classes]. */
export const softmax = (logits: Float32Array, classes: number): Float64Array =>
  logSoftmax(logits, classes).map(Math.exp);

/** Mean cross-entropy against targets [n, classes], already smoothed. */
export function crossEntropy(logits: Float32Array, targets: Float32Array, classes: number): number {
  const logs = logSoftmax(logits, classes);
  let total = 0;
  for (let i = 0; i < logs.length; i++) if (targets[i] !== 0) total -= targets[i]! * logs[i]!;
  return (total * classes) / logs.length;
}

/** @returns [labels, classes] */
export function oneHot(labels: Uint8Array, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (const [row, label] of labels.entries()) targets[row * classes + label] = 1;
  return targets;
}

/** Distributes the share `smoothing` of each target over all classes (Szegedy et al., 2016; Keras' `label_smoothing`). */
export const smoothLabels = (targets: Float32Array, classes: number, smoothing: number): Float32Array =>
  targets.map((target) => target * (1 - smoothing) + smoothing / classes);

/** The column of each row's largest number; the first if there are several. [n, classes] → [n]. */
export function argmax(rows: ArrayLike<number>, classes: number): Uint8Array {
  const columns = new Uint8Array(rows.length / classes);
  for (let row = 0; row < columns.length; row++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (rows[row * classes + c]! > rows[row * classes + best]!) best = c;
    columns[row] = best;
  }
  return columns;
}

/** The share of rows, within 0…1, whose largest logit is in the column of the largest target; mixed targets are allowed. */
export function accuracy(logits: Float32Array, targets: Float32Array, classes: number): number {
  const predicted = argmax(logits, classes);
  const truth = argmax(targets, classes);
  let correct = 0;
  for (let row = 0; row < truth.length; row++) correct += Number(predicted[row] === truth[row]);
  return correct / truth.length;
}

/** Test-time augmentation: the mean of two predictions of the same images. */
export const ttaMean = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, i) => (value + b[i]!) / 2);

/** Numbers of images by true class (rows) and predicted class (columns). */
export function confusionMatrix(labels: Uint8Array, predicted: Uint8Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => Array<number>(classes).fill(0));
  for (const [image, label] of labels.entries()) matrix[label]![predicted[image]!]! += 1;
  return matrix;
}
