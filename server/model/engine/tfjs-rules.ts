import type * as TensorFlow from '@tensorflow/tfjs';
import type { Node, Operation, OperationOf, Padding, Shape } from '@/server/model/graph/node.ts';

/** Implements each graph operation with TensorFlow.js. Images are stored channels-last, which TensorFlow requires on a CPU. */

export interface Stored {
  tensor: TensorFlow.Tensor;
  /** The tensor's layout differs from the graph's: an image [n, c, h, w] is stored as [n, h, w, c]. */
  isChannelsLast: boolean;
}

type Tf = typeof TensorFlow;
type Rule<T extends Operation['type']> = (
  tf: Tf,
  inputs: readonly Stored[],
  node: Node,
  operation: OperationOf<T>,
) => Stored;

/** Wraps a tensor in the graph's layout. */
export const inGraphLayout = (tensor: TensorFlow.Tensor): Stored => ({ tensor, isChannelsLast: false });
const inChannelsLastLayout = (tensor: TensorFlow.Tensor): Stored => ({ tensor, isChannelsLast: true });

/** Returns the tensor in the graph's layout. */
export const toGraphLayout = (tf: Tf, { tensor, isChannelsLast }: Stored): TensorFlow.Tensor =>
  isChannelsLast ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
const toImage = (tf: Tf, { tensor, isChannelsLast }: Stored): TensorFlow.Tensor4D =>
  (isChannelsLast ? tensor : tf.transpose(tensor, [0, 2, 3, 1])) as TensorFlow.Tensor4D;

/** A rule that works on tensors in the graph's layout. */
const plain =
  <T extends Operation['type']>(
    compute: (tf: Tf, x: TensorFlow.Tensor[], node: Node, operation: OperationOf<T>) => TensorFlow.Tensor,
  ): Rule<T> =>
  (tf, inputs, node, operation) =>
    inGraphLayout(
      compute(
        tf,
        inputs.map((each) => toGraphLayout(tf, each)),
        node,
        operation,
      ),
    );

/** An elementwise rule. Channels-last inputs stay channels-last if all have the result's shape. */
const elementwise =
  <T extends Operation['type']>(
    compute: (tf: Tf, x: TensorFlow.Tensor[], operation: OperationOf<T>) => TensorFlow.Tensor,
  ): Rule<T> =>
  (tf, inputs, { shape, inputs: nodes }, operation) => {
    const isChannelsLast = inputs.every((each, at) => each.isChannelsLast && nodes[at]!.shape.join() === shape.join());
    const tensors = inputs.map((each) => (isChannelsLast ? each.tensor : toGraphLayout(tf, each)));
    return { tensor: compute(tf, tensors, operation), isChannelsLast };
  };

/** Whether TensorFlow's `same` padding equals this padding. */
function isSame(side: number, kernel: number, stride: number, { before, after }: Padding): boolean {
  const total = Math.max((Math.ceil(side / stride) - 1) * stride + kernel - side, 0);
  return before === Math.floor(total / 2) && after === total - before;
}

/** Uses TensorFlow's `same` padding if it is equivalent; otherwise pads the images explicitly, for `valid`. */
function padded(tf: Tf, x: TensorFlow.Tensor4D, kernel: number, stride: number, padding: Padding) {
  if (isSame(x.shape[1], kernel, stride, padding) && isSame(x.shape[2], kernel, stride, padding)) {
    return { x, pad: 'same' as const };
  }
  const { before, after } = padding;
  return {
    x: tf.pad(x, [
      [0, 0],
      [before, after],
      [before, after],
      [0, 0],
    ]),
    pad: 'valid' as const,
  };
}

const isDepthwise = ({ shape }: Node, { groups }: OperationOf<'conv'>): boolean => groups > 1 && groups === shape[1];

/** A convolution's kernel [out, in, kh, kw] in TensorFlow's layout: [kh, kw, in, out], depthwise [kh, kw, channels, 1]. */
const transposeKernel = (tf: Tf, kernel: TensorFlow.Tensor, convolution: Node): TensorFlow.Tensor4D =>
  tf.transpose(
    kernel as TensorFlow.Tensor4D,
    isDepthwise(convolution, convolution.operation as OperationOf<'conv'>) ? [2, 3, 0, 1] : [2, 3, 1, 0],
  );

/** A constant kernel, transposed once when the graph is compiled. The flag marks it as not in the graph's layout. */
export const constantKernel = (tf: Tf, kernel: TensorFlow.Tensor, convolution: Node): Stored =>
  inChannelsLastLayout(transposeKernel(tf, kernel, convolution));

/** [c, n, h, w] → [n, h, w, c], and the inverse. */
const channelsLast = (tf: Tf, x: TensorFlow.Tensor) => tf.transpose(x as TensorFlow.Tensor4D, [1, 2, 3, 0]);
const channelsOutermost = (tf: Tf, x: TensorFlow.Tensor) => tf.transpose(x as TensorFlow.Tensor4D, [3, 0, 1, 2]);
/** [c, 3, 3] → [3, 3, c, 1]. */
const depthwiseKernel = (tf: Tf, kernels: TensorFlow.Tensor) =>
  tf.expandDims(tf.transpose(kernels, [1, 2, 0]), 3) as TensorFlow.Tensor4D;

/** Runs one of the two depthwise gradients, which TensorFlow.js has as backend kernels but not in its public API. */
const runKernel = (
  tf: Tf,
  name: string,
  inputs: Record<string, TensorFlow.Tensor>,
  attributes: object,
): TensorFlow.Tensor4D => tf.engine().runKernel(name, inputs, attributes as never) as TensorFlow.Tensor4D;
const depthwiseAttributes = (stride: number, pad: 'same' | 'valid') => ({
  strides: [stride, stride],
  pad,
  dilations: [1, 1],
  dimRoundingMode: undefined,
});

const matrices = (x: TensorFlow.Tensor, rank: number): TensorFlow.Tensor =>
  x.rank === rank ? x : x.reshape([...Array<number>(rank - x.rank).fill(1), ...x.shape]);

export const tfjsRules: { [T in Operation['type']]: Rule<T> } = {
  input: () => {
    throw new Error('inputs are fed, not computed');
  },
  constant: () => {
    throw new Error('constants are created when the graph is compiled');
  },
  matMul: plain((tf, [a, b], { shape }, { transposeA, transposeB }) =>
    tf.matMul(matrices(a!, shape.length), matrices(b!, shape.length), transposeA, transposeB),
  ),
  conv: (tf, [x, kernels, bias], node, operation) => {
    const { stride, padding, groups } = operation;
    // Constant kernels are already transposed.
    const kernel = kernels!.isChannelsLast
      ? (kernels!.tensor as TensorFlow.Tensor4D)
      : transposeKernel(tf, kernels!.tensor, node);
    const { x: pixels, pad } = padded(tf, toImage(tf, x!), kernel.shape[0], stride, padding);
    if (isDepthwise(node, operation)) {
      return inChannelsLastLayout(tf.add(tf.depthwiseConv2d(pixels, kernel, stride, pad), bias!.tensor));
    }
    const filters = tf.split<TensorFlow.Tensor4D>(kernel, groups, 3);
    const y = tf
      .split<TensorFlow.Tensor4D>(pixels, groups, 3)
      .map((part, group) => tf.conv2d(part, filters[group]!, stride, pad));
    return inChannelsLastLayout(tf.add(y.length > 1 ? tf.concat(y, 3) : y[0]!, bias!.tensor));
  },
  depthwiseConv: plain((tf, [x, kernels], _, { stride, padding }) => {
    const { x: pixels, pad } = padded(tf, channelsLast(tf, x!), 3, stride, padding);
    return channelsOutermost(tf, tf.depthwiseConv2d(pixels, depthwiseKernel(tf, kernels!), stride, pad));
  }),
  depthwiseConvTranspose: plain((tf, [dy, kernels], { shape }, { stride, padding }) => {
    const [channels = 0, images = 0, height = 0, width = 0] = shape;
    const { before, after } = padding;
    const usesSame = isSame(height, 3, stride, padding) && isSame(width, 3, stride, padding);
    const added = usesSame ? 0 : before + after;
    const dx = runKernel(
      tf,
      'DepthwiseConv2dNativeBackpropInput',
      { dy: channelsLast(tf, dy!), filter: depthwiseKernel(tf, kernels!) },
      {
        ...depthwiseAttributes(stride, usesSame ? 'same' : 'valid'),
        inputShape: [images, height + added, width + added, channels],
      },
    );
    const unpadded = usesSame ? dx : tf.slice(dx, [0, before, before, 0], [images, height, width, channels]);
    return channelsOutermost(tf, unpadded);
  }),
  depthwiseKernelGradient: plain((tf, [x, dy], { shape: [channels = 0] }, { stride, padding }) => {
    const { x: pixels, pad } = padded(tf, channelsLast(tf, x!), 3, stride, padding);
    const gradient = runKernel(
      tf,
      'DepthwiseConv2dNativeBackpropFilter',
      { x: pixels, dy: channelsLast(tf, dy!) },
      { ...depthwiseAttributes(stride, pad), filterShape: [3, 3, channels, 1] },
    );
    return tf.transpose(gradient.reshape([3, 3, channels]), [2, 0, 1]);
  }),
  add: elementwise((tf, [a, b]) => tf.add(a!, b!)),
  subtract: elementwise((tf, [a, b]) => tf.sub(a!, b!)),
  multiply: elementwise((tf, [a, b]) => tf.mul(a!, b!)),
  divide: elementwise((tf, [a, b]) => tf.div(a!, b!)),
  equal: elementwise((tf, [a, b]) => tf.cast(tf.equal(a!, b!), 'float32')),
  sqrt: elementwise((tf, [x]) => tf.sqrt(x!)),
  exp: elementwise((tf, [x]) => tf.exp(x!)),
  clip: elementwise((tf, [x], { low, high }) =>
    low === 0 && high === Number.POSITIVE_INFINITY ? tf.relu(x!) : tf.clipByValue(x!, low, high),
  ),
  logSoftmax: plain((tf, [x]) => tf.logSoftmax(x!)),
  sum: plain((tf, [x], _, { axes }) => tf.sum(x!, [...axes], true)),
  reshape: plain((tf, [x], { shape }) => tf.reshape(x!, [...shape])),
  transpose: plain((tf, [x], _, { order }) => tf.transpose(x!, [...order])),
  slice: plain((tf, [x], { shape }, { start, step }) => sliceByStep(tf, x!, start, step, shape)),
  pad: plain((tf, [x], { shape }, { padding: { before, after } }) => {
    const last = shape.length - 2;
    return tf.pad(
      x!,
      shape.map((_, axis): [number, number] => (axis >= last ? [before, after] : [0, 0])),
    );
  }),
  concat: plain((tf, x, _, { axis }) => tf.concat(x, axis)),
  broadcast: plain((tf, [x], { shape }) => tf.broadcastTo(x!, [...shape])),
};

/** A strided slice; axes with a negative step are sliced forwards, then reversed. */
function sliceByStep(tf: Tf, x: TensorFlow.Tensor, start: readonly number[], step: readonly number[], shape: Shape) {
  const last = start.map((first, axis) => first + step[axis]! * (shape[axis]! - 1));
  const begin = start.map((first, axis) => Math.min(first, last[axis]!));
  const end = start.map((first, axis) => Math.max(first, last[axis]!) + 1);
  const forwards = tf.stridedSlice(x, begin, end, step.map(Math.abs));
  const backwards = step.flatMap((each, axis) => (each < 0 ? [axis] : []));
  return backwards.length > 0 ? tf.reverse(forwards, backwards) : forwards;
}
