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
 * What is trained: channels outermost, x [c, n, h·w]. A 1 × 1 convolution is then one matrix product over all images,
 * Y = Wᵀ·X, and so are both its gradients; nothing is ever transposed. Trained kernels are fed unfolded (AdamW is not
 * scale-invariant) and folded with their batch normalisation in each step.
 */

/** Finds the node of a trained kernel, of Keras' shape; null where the kernel is not trained. */
export type KernelNodes = (convolution: Convolution) => Node | null;

/**
 * Up to this many elements a tap matrix [h·w in, h·w out] pays; beyond it a convolution is faster. Measured at 64
 * images, forward and both gradients: 10 × 10 × 576 takes 32 ms against 63, 20 × 20 × 192 takes 113 against 50.
 */
const largestTapMatrix = 150 * 150;

/** A kernel as the matrix [rows, channels out] with its batch normalisation's scale in it. */
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
 * T [9, h·w, h'·w']: zeros and ones that say which input pixel each of the nine taps of a kernel reads for each output
 * pixel. It holds stride and padding too, so Σₖ w[k]·T[k] is the depthwise convolution as a matrix.
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

/** The stem: nine strided slices of x [3, n, h·w] as rows [27, n·h'·w'] of one matrix product. */
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
 * The network's last blocks.
 *
 * @param frozen the frozen part's output, [n, c, h, w]: the one place where the layout changes.
 * @returns pooled features [n, 1280].
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
