import type { Node, Operation, OperationOf, Shape } from './node.ts';
import { type Attributes, float32, type OnnxWriter } from './onnx-messages.ts';

/** Translates each graph operation into ONNX nodes (opset 17). */

/** Adds the ONNX nodes of one operation. `x`: names of the input tensors. Returns the name of the output tensor. */
export type OnnxRule<T extends Operation['type']> = (
  w: OnnxWriter,
  x: string[],
  node: Node,
  operation: OperationOf<T>,
) => string;

const plain =
  (opType: string, attributes: Attributes = {}) =>
  (w: OnnxWriter, x: string[]): string =>
    w.apply(opType, x, attributes);

const bothSides = (before: number, after: number): number[] => [before, before, after, after];
const square = (length: number): number[] => [length, length];

/**
 * [c, n, h, w] as one image with c·n channels. A convolution with c·n groups is then the depthwise one, and the reshape
 * moves no data.
 */
const asOneImage = ([channels = 0, images = 0, ...sides]: Shape): number[] => [1, channels * images, ...sides];

/** Repeats the kernels [c, 3, 3] for each of n images. */
function repeatKernels(w: OnnxWriter, kernels: string, [channels = 0, images = 0]: Shape): string {
  const repeated = w.apply('Expand', [w.reshape(kernels, [channels, 1, 3, 3]), w.integers([channels, images, 3, 3])]);
  return w.reshape(repeated, [channels * images, 1, 3, 3]);
}

export const onnxOperations: { [T in Exclude<Operation['type'], 'input'>]: OnnxRule<T> } = {
  constant: (w, _, { shape }, { data }) => w.floats(data, shape),
  matMul: (w, [a = '', b = ''], { shape, inputs: [first] }, { transposeA, transposeB }) => {
    if (shape.length === 2) return w.apply('Gemm', [a, b], { transA: Number(transposeA), transB: Number(transposeB) });
    const transposed = (name: string, rank: number) =>
      w.apply('Transpose', [name], { perm: rank === 2 ? [1, 0] : [0, 2, 1] });
    // ONNX Runtime fuses the transposes into the product.
    return w.apply('MatMul', [transposeA ? transposed(a, first!.shape.length) : a, transposeB ? transposed(b, 3) : b]);
  },
  conv: (w, x, _, { stride, padding, groups }) =>
    w.apply('Conv', x, { strides: square(stride), pads: bothSides(padding.before, padding.after), group: groups }),
  depthwiseConv: (w, [x = '', kernels = ''], { inputs: [input], shape }, { stride, padding }) => {
    const oneImage = asOneImage(input!.shape);
    const y = w.apply('Conv', [w.reshape(x, oneImage), repeatKernels(w, kernels, shape)], {
      strides: square(stride),
      pads: bothSides(padding.before, padding.after),
      group: oneImage[1]!,
    });
    return w.reshape(y, shape);
  },
  depthwiseConvTranspose: (w, [dy = '', kernels = ''], { inputs: [input], shape }, { stride, padding }) => {
    const oneImage = asOneImage(input!.shape);
    const dx = w.apply('ConvTranspose', [w.reshape(dy, oneImage), repeatKernels(w, kernels, shape)], {
      strides: square(stride),
      pads: bothSides(padding.before, padding.after),
      group: oneImage[1]!,
    });
    return w.reshape(dx, shape);
  },
  depthwiseKernelGradient: (w, [x = '', dy = ''], { inputs: [input], shape }, { stride, padding }) => {
    // Convolves x with dy as the kernel, one group per channel; the forward pass's stride becomes a dilation.
    const gradient = w.apply('Conv', [w.reshape(x, asOneImage(input!.shape)), dy], {
      dilations: square(stride),
      pads: bothSides(padding.before, padding.after),
      group: shape[0]!,
    });
    return w.reshape(gradient, shape);
  },
  add: plain('Add'),
  subtract: plain('Sub'),
  multiply: plain('Mul'),
  divide: plain('Div'),
  equal: (w, x) => w.apply('Cast', [w.apply('Equal', x)], { to: float32 }),
  sqrt: plain('Sqrt'),
  exp: plain('Exp'),
  clip: (w, [x = ''], _, { low, high }) =>
    low === 0 && high === Number.POSITIVE_INFINITY
      ? w.apply('Relu', [x])
      : w.apply('Clip', [x, w.floats(Float32Array.of(low), []), w.floats(Float32Array.of(high), [])]),
  logSoftmax: plain('LogSoftmax', { axis: -1 }),
  sum: (w, [x = ''], _, { axes }) => w.apply('ReduceSum', [x, w.integers(axes)], { keepdims: 1 }),
  reshape: (w, [x = ''], { shape }) => w.reshape(x, shape),
  transpose: (w, x, _, { order }) => w.apply('Transpose', x, { perm: order }),
  slice: (w, [x = ''], { shape }, { start, step }) => {
    // To step backwards past the first element, ONNX needs a large negative end: −1 would mean the last element.
    const end = start
      .map((first, axis) => first + step[axis]! * shape[axis]!)
      .map((last) => (last < 0 ? -(2 ** 31) : last));
    const axes = start.map((_, axis) => axis);
    return w.apply('Slice', [x, w.integers(start), w.integers(end), w.integers(axes), w.integers(step)]);
  },
  pad: (w, [x = ''], { shape }, { padding }) => {
    const leading = Array<number>(shape.length - 2).fill(0);
    const side = (amount: number) => [...leading, amount, amount];
    return w.apply('Pad', [x, w.integers([...side(padding.before), ...side(padding.after)])]);
  },
  concat: (w, x, _, { axis }) => w.apply('Concat', x, { axis }),
  broadcast: (w, [x = ''], { shape }) => w.apply('Expand', [x, w.integers(shape)]),
};
