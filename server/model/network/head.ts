import { batchNormEpsilon, featureCount } from '@/lib/network/mobilenet-v2.ts';
import { type Node, type Shape, sizeOf } from '@/server/model/graph/node.ts';
import {
  add,
  clip,
  divide,
  input,
  matMul,
  multiply,
  reshape,
  scalar,
  sqrt,
  subtract,
  sum,
} from '@/server/model/graph/operations.ts';
import type { Random } from '@/server/model/random.ts';

/**
 * The head, which classifies pooled features: BatchNormalization → Dense 128, ReLU → Dropout → Dense, softmax. Its layers
 * are named `head_bn`, `dense`, `dropout`, `logits` everywhere.
 */

export const hiddenUnits = 128;

/** Momentum of the head's moving averages (Keras' default). */
const batchNormMomentum = 0.99;

/** Tensors by Keras name; training changes them in place. */
export type Parameters = Map<string, Float32Array>;

/** The head's parameters that are trained by gradient, with Keras' shapes. */
export const headShapes = (classes: number): [name: string, shape: Shape][] => [
  ['head_bn/gamma', [featureCount]],
  ['head_bn/beta', [featureCount]],
  ['dense/kernel', [featureCount, hiddenUnits]],
  ['dense/bias', [hiddenUnits]],
  ['logits/kernel', [hiddenUnits, classes]],
  ['logits/bias', [classes]],
];

/** The moving averages of `head_bn`, updated after each batch rather than by gradient. */
export const movingAverages = ['head_bn/moving_mean', 'head_bn/moving_variance'] as const;

/** Initializes a head: Glorot uniform kernels (Glorot & Bengio, 2010), zero biases, BatchNormalization as the identity. */
export function createHead(classes: number, random: Random): Parameters {
  const head: Parameters = new Map();
  for (const [name, shape] of headShapes(classes)) {
    const values = new Float32Array(sizeOf(shape));
    if (name.endsWith('gamma')) values.fill(1);
    if (name.endsWith('kernel')) {
      const limit = Math.sqrt(6 / (shape[0]! + shape[1]!));
      for (let i = 0; i < values.length; i++) values[i] = random.uniform(-limit, limit);
    }
    head.set(name, values);
  }
  head.set('head_bn/moving_mean', new Float32Array(featureCount));
  head.set('head_bn/moving_variance', new Float32Array(featureCount).fill(1));
  return head;
}

/** Updates the head's moving averages with a batch's mean and (biased) variance, both [1280]. */
export function updateMovingAverages(head: Parameters, mean: Float32Array, variance: Float32Array): void {
  const update = (average: Float32Array, value: Float32Array) => {
    for (let i = 0; i < average.length; i++) {
      average[i] = average[i]! * batchNormMomentum + value[i]! * (1 - batchNormMomentum);
    }
  };
  update(head.get('head_bn/moving_mean')!, mean);
  update(head.get('head_bn/moving_variance')!, variance);
}

export interface HeadNodes {
  logits: Node;
  /** The batch's mean and variance, both [1280]. */
  mean: Node;
  variance: Node;
}

type NodeOf = (name: string) => Node;

function normalizeAndClassify(features: Node, mean: Node, variance: Node, parameter: NodeOf, mask: Node | null): Node {
  const normalized = divide(subtract(features, mean), sqrt(add(variance, scalar(batchNormEpsilon))));
  const scaled = add(multiply(normalized, parameter('head_bn/gamma')), parameter('head_bn/beta'));
  const hidden = clip(
    add(matMul(scaled, parameter('dense/kernel')), parameter('dense/bias')),
    0,
    Number.POSITIVE_INFINITY,
  );
  const dropped = mask ? multiply(hidden, mask) : hidden;
  return add(matMul(dropped, parameter('logits/kernel')), parameter('logits/bias'));
}

/**
 * The head in training mode: normalizes with the batch's statistics and applies dropout by the input `dropout_mask`
 * [n, 128], whose values are 0 or 1 / (1 − rate).
 *
 * @param features [n, 1280]
 */
export function trainingHead(features: Node, parameter: NodeOf): HeadNodes {
  const [images = 0, channels = 0] = features.shape;
  const batchMean = (x: Node) => multiply(sum(x, [0]), scalar(1 / images));
  const mean = batchMean(features);
  const deviation = subtract(features, mean);
  const variance = batchMean(multiply(deviation, deviation));
  const mask = input('dropout_mask', [images, hiddenUnits]);
  return {
    logits: normalizeAndClassify(features, mean, variance, parameter, mask),
    mean: reshape(mean, [channels]),
    variance: reshape(variance, [channels]),
  };
}

/** The head in inference mode: normalizes with the moving averages, no dropout. @returns logits [n, classes] */
export const inferenceHead = (features: Node, parameter: NodeOf): Node =>
  normalizeAndClassify(
    features,
    parameter('head_bn/moving_mean'),
    parameter('head_bn/moving_variance'),
    parameter,
    null,
  );
