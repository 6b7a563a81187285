import type { Block, Convolution } from '@/lib/network/mobilenet-v2.ts';
import type { Node } from '@/server/model/graph/node.ts';
import {
  add,
  clip,
  constant,
  conv,
  matMul,
  multiply,
  reshape,
  scalar,
  subtract,
  sum,
} from '@/server/model/graph/operations.ts';
import { foldBatchNorm, kernelOf } from './fold.ts';
import type { Weights } from './weights.ts';

/**
 * The frozen part: convolutions of images [n, c, h, w] with constant kernels, into which batch normalization is folded.
 * Constant kernels let engines choose a fast memory layout.
 */

/**
 * Bilinear interpolation with half-pixel centres and clamped edges (Keras' `Resizing`), as a matrix [size, side]. Engines'
 * resize operations compute positions in float32; the network amplifies that error of 1e-6 a hundredfold.
 */
export function interpolationMatrix(side: number, size: number): Float32Array {
  const weights = new Float32Array(size * side);
  for (let out = 0; out < size; out++) {
    const position = Math.min(side - 1, Math.max(0, ((out + 0.5) * side) / size - 0.5));
    const low = Math.floor(position);
    weights[out * side + low] = 1 - (position - low);
    if (position > low) weights[out * side + low + 1] = position - low;
  }
  return weights;
}

/**
 * Pixels [n, 3, 32, 32] in [0, 1] → [n, 3, size, size] in [−1, 1]. Scales before resizing: the result is the same, with
 * fewer pixels to scale.
 */
export function preprocess(pixels: Node, size: number): Node {
  const [images = 0, channels = 0, side = 0] = pixels.shape;
  const scaled = subtract(multiply(pixels, scalar(2)), scalar(1));
  const matrix = constant(interpolationMatrix(side, size), [size, side]);
  const rows = reshape(scaled, [images * channels * side, side]);
  const wide = reshape(matMul(rows, matrix, { transposeB: true }), [images * channels, side, size]);
  return reshape(matMul(matrix, wide), [images, channels, size, size]);
}

/** Keras pads convolutions with stride 2 only at the bottom and the right (all sides are even here). */
export const paddingOf = (convolution: Convolution) =>
  convolution.kind === 'pointwise' ? { before: 0, after: 0 } : { before: convolution.stride === 2 ? 0 : 1, after: 1 };

/** Transposes Keras' kernel [height, width, in, out] to [out, in, height, width] and multiplies each output channel by its scale. */
export function foldKernel(kernel: Float32Array, convolution: Convolution, scale: Float32Array): Node {
  const side = convolution.kind === 'pointwise' ? 1 : 3;
  const depthwise = convolution.kind === 'depthwise';
  const channelsIn = depthwise ? 1 : convolution.channelsIn;
  const { channelsOut } = convolution;
  const taps = side * side;
  const folded = new Float32Array(kernel.length);
  for (let out = 0; out < channelsOut; out++) {
    for (let channel = 0; channel < channelsIn; channel++) {
      for (let tap = 0; tap < taps; tap++) {
        // Works for depthwise [3, 3, channels, 1] as well: the output channel varies fastest in both.
        folded[(out * channelsIn + channel) * taps + tap] =
          kernel[(tap * channelsIn + channel) * channelsOut + out]! * scale[out]!;
      }
    }
  }
  return constant(folded, [channelsOut, channelsIn, side, side]);
}

function convolve(x: Node, weights: Weights, convolution: Convolution): Node {
  const { scale, shift } = foldBatchNorm(weights, convolution.norm);
  const kernels = foldKernel(kernelOf(weights, convolution), convolution, scale);
  const y = conv(x, kernels, constant(shift, [convolution.channelsOut]), {
    stride: convolution.stride,
    padding: paddingOf(convolution),
    groups: convolution.kind === 'depthwise' ? convolution.channelsIn : 1,
  });
  return convolution.relu ? clip(y, 0, 6) : y;
}

/**
 * Builds preprocessing and the given first blocks of the network.
 *
 * @param pixels [n, 3, 32, 32] in [0, 1]
 * @returns [n, c, h, w]; [n, 3, size, size] if there are no blocks
 */
export function frozenBlocks(pixels: Node, weights: Weights, imageSize: number, blocks: readonly Block[]): Node {
  let x = preprocess(pixels, imageSize);
  for (const block of blocks) {
    const before = x;
    for (const convolution of block.convolutions) x = convolve(x, weights, convolution);
    if (block.add) x = add(before, x);
  }
  return x;
}

/** Global average pooling: [n, c, h, w] → [n, c]. */
export function averagePool(x: Node): Node {
  const [images = 0, channels = 0, height = 0, width = 0] = x.shape;
  return reshape(multiply(sum(x, [2, 3]), scalar(1 / (height * width))), [images, channels]);
}
