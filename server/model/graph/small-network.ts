import type { Node, Shape } from './node.ts';
import {
  add,
  clip,
  constant,
  depthwiseConv,
  divide,
  logSoftmax,
  matMul,
  multiply,
  reshape,
  scalar,
  sqrt,
  subtract,
  sum,
  transpose,
} from './operations.ts';

/** Shapes of the small network's parameters: kernels, shifts and scales. */
export const smallNetworkShapes: readonly Shape[] = [[2, 3], [3, 1, 1], [3, 3, 3], [3], [3], [3, 4], [4]];

/**
 * A small network with the building blocks of the trained part, the head and the loss: 1 × 1 and depthwise convolution,
 * each with a ReLU6, then pooling, batch normalization, ReLU, a dense layer, softmax and cross-entropy.
 *
 * @param images [n, 2, 4, 4]
 * @param parameters one node per shape in `smallNetworkShapes`
 * @returns the loss, a scalar
 */
export function smallNetwork(images: Node, parameters: readonly Node[]): Node {
  const [pointwise, shift, depthwise, gamma, beta, dense, bias] = parameters;
  const n = images.shape[0]!;
  const mean = (x: Node, axes: number[], count: number) => multiply(sum(x, axes), scalar(1 / count));
  const channelsFirst = reshape(transpose(images, [1, 0, 2, 3]), [2, n * 16]);
  const mixed = reshape(matMul(pointwise!, channelsFirst, { transposeA: true }), [3, n, 16]);
  const expanded = clip(add(mixed, shift!), 0, 6);
  const convolved = depthwiseConv(reshape(expanded, [3, n, 4, 4]), depthwise!, {
    stride: 2,
    padding: { before: 0, after: 1 },
  });
  const pooled = transpose(reshape(mean(clip(convolved, 0, 6), [2, 3], 4), [3, n]), [1, 0]);

  const deviation = subtract(pooled, mean(pooled, [0], n));
  const variance = mean(multiply(deviation, deviation), [0], n);
  const normalized = divide(deviation, sqrt(add(variance, scalar(1e-3))));
  const hidden = clip(add(multiply(normalized, gamma!), beta!), 0, Number.POSITIVE_INFINITY);
  const logits = add(matMul(hidden, dense!), bias!);
  const targets = constant(
    Float32Array.from({ length: n * 4 }, (_, at) => (at % 4 === Math.floor(at / 4) % 4 ? 0.925 : 0.025)),
    [n, 4],
  );
  return reshape(multiply(sum(multiply(targets, logSoftmax(logits)), [0, 1]), scalar(-1 / n)), []);
}
