import { type Block, type Convolution, kernelShape } from '@/lib/network/mobilenet-v2.ts';
import type { Node } from '@/server/model/graph/node.ts';
import {
  add,
  clip,
  concat,
  constant,
  depthwiseConv,
  matMul,
  multiply,
  pad,
  reshape,
  scalar,
  slice,
  sum,
  transpose,
} from '@/server/model/graph/operations.ts';
import { foldBatchNorm, kernelOf } from './fold.ts';
import { paddingOf } from './frozen.ts';
import type { Weights } from './weights.ts';

/**
 * The trained part of the base, with channels outermost: x [c, n, h·w]. A 1 × 1 convolution is then one matrix product
 * over all images, Y = Wᵀ·X, as are both its gradients, without any transpose. Trained kernels are fed unfolded, because
 * AdamW is not scale-invariant, and batch normalization is folded into them in each step.
 */

/** Returns the node of a trained kernel, with Keras' shape; null if the kernel is not trained. */
export type KernelNodes = (convolution: Convolution) => Node | null;

/**
 * Largest tap matrix [h·w in, h·w out], in elements, for which a depthwise convolution is computed as a matrix product;
 * above it a convolution is faster. Measured with 64 images, forward and backward pass, matrix product against
 * convolution: 10 × 10 × 576 takes 32 ms against 63, 20 × 20 × 192 takes 113 ms against 50.
 */
const largestTapMatrix = 150 * 150;

/** Folds the scale of the batch normalization into a kernel, as a matrix [rows, channels out]. */
function foldedKernel(convolution: Convolution, weights: Weights, kernels: KernelNodes): { kernel: Node; shift: Node } {
  const { scale, shift } = foldBatchNorm(weights, convolution.norm);
  const { channelsOut } = convolution;
  const shape = kernelShape(convolution);
  const rows = shape.reduce((product, length) => product * length) / channelsOut;
  const node = kernels(convolution) ?? constant(kernelOf(weights, convolution), shape);
  return {
    kernel: multiply(reshape(node, [rows, channelsOut]), constant(scale, [1, channelsOut])),
    shift: constant(shift, [channelsOut, 1, 1]),
  };
}

/** x [c, n, h·w] → [out, n, h·w]. */
function pointwise(x: Node, kernel: Node): Node {
  const [channels = 0, images = 0, area = 0] = x.shape;
  const y = matMul(kernel, reshape(x, [channels, images * area]), { transposeA: true });
  return reshape(y, [kernel.shape[1]!, images, area]);
}

/**
 * T [9, h·w, h'·w']: T[k, i, o] is 1 if tap k of a kernel reads input pixel i for output pixel o, else 0. This includes
 * stride and padding, so Σₖ w[k]·T[k] is the depthwise convolution as a matrix.
 */
function tapMatrices(side: number, sideOut: number, convolution: Convolution): Node {
  const { before } = paddingOf(convolution);
  const [area, areaOut] = [side * side, sideOut * sideOut];
  const taps = new Float32Array(9 * area * areaOut);
  for (let tap = 0; tap < 9; tap++) {
    for (let out = 0; out < areaOut; out++) {
      const row = Math.floor(out / sideOut) * convolution.stride + Math.floor(tap / 3) - before;
      const column = (out % sideOut) * convolution.stride + (tap % 3) - before;
      if (row < 0 || column < 0 || row >= side || column >= side) continue;
      taps[(tap * area + row * side + column) * areaOut + out] = 1;
    }
  }
  return constant(taps, [9, area * areaOut]);
}

/** x [c, n, h·w], kernel [9, c] → [c, n, h'·w']. */
function depthwise(x: Node, kernel: Node, convolution: Convolution): Node {
  const [channels = 0, images = 0, area = 0] = x.shape;
  const side = Math.sqrt(area);
  const sideOut = side / convolution.stride;
  const areaOut = sideOut * sideOut;
  if (area * areaOut <= largestTapMatrix) {
    const matrices = matMul(kernel, tapMatrices(side, sideOut, convolution), { transposeA: true });
    return matMul(x, reshape(matrices, [channels, area, areaOut]));
  }
  const y = depthwiseConv(
    reshape(x, [channels, images, side, side]),
    reshape(transpose(kernel, [1, 0]), [channels, 3, 3]),
    {
      stride: convolution.stride,
      padding: paddingOf(convolution),
    },
  );
  return reshape(y, [channels, images, areaOut]);
}

/** The stem as one matrix product: nine strided slices of x [3, n, h·w] become the rows of [27, n·h'·w']. */
function imageConvolution(x: Node, kernel: Node, convolution: Convolution): Node {
  const [channels = 0, images = 0, area = 0] = x.shape;
  const side = Math.sqrt(area);
  const sideOut = side / convolution.stride;
  const padded = pad(reshape(x, [channels, images, side, side]), paddingOf(convolution));
  const taps = Array.from({ length: 9 }, (_, tap) =>
    reshape(
      slice(
        padded,
        [0, 0, Math.floor(tap / 3), tap % 3],
        [1, 1, convolution.stride, convolution.stride],
        [channels, images, sideOut, sideOut],
      ),
      [channels, images, sideOut * sideOut],
    ),
  );
  return pointwise(concat(taps, 0), kernel);
}

/**
 * Builds the given last blocks of the network and global average pooling.
 *
 * @param frozen the frozen part's output, [n, c, h, w]; the layout changes only here
 * @returns pooled features [n, 1280]
 */
export function trainedBlocks(frozen: Node, weights: Weights, blocks: readonly Block[], kernels: KernelNodes): Node {
  const [images = 0, channels = 0, height = 0, width = 0] = frozen.shape;
  let x = reshape(transpose(frozen, [1, 0, 2, 3]), [channels, images, height * width]);
  for (const block of blocks) {
    const before = x;
    for (const convolution of block.convolutions) {
      const { kernel, shift } = foldedKernel(convolution, weights, kernels);
      if (convolution.kind === 'pointwise') x = pointwise(x, kernel);
      else if (convolution.kind === 'depthwise') x = depthwise(x, kernel, convolution);
      else x = imageConvolution(x, kernel, convolution);
      x = add(x, shift);
      if (convolution.relu) x = clip(x, 0, 6);
    }
    if (block.add) x = add(before, x);
  }
  const [features = 0, , area = 0] = x.shape;
  return transpose(reshape(multiply(sum(x, [2]), scalar(1 / area)), [features, images]), [1, 0]);
}
