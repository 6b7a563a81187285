import type * as TensorFlow from '@tensorflow/tfjs';
import type { Node, Operation, OperationOf, Padding, Shape } from '@/server/model/graph/node.ts';

/** Each operation of a graph in TensorFlow.js. Images are kept with their channels last, as TensorFlow wants them on a CPU. */

export interface Stored {
  tensor: TensorFlow.Tensor;
  /** The logical [n, c, h, w] is kept as [n, h, w, c]. */
  isImage: boolean;
}

type Tf = typeof TensorFlow;
type Rule<T extends Operation['type']> = (
  tf: Tf,
  inputs: readonly Stored[],
  node: Node,
  operation: OperationOf<T>,
) => Stored;

export const storedLogically = (tensor: TensorFlow.Tensor): Stored => ({ tensor, isImage: false });
const asImage = (tensor: TensorFlow.Tensor): Stored => ({ tensor, isImage: true });

/** As the graph's shapes say. */
export const logical = (tf: Tf, { tensor, isImage }: Stored): TensorFlow.Tensor =>
  isImage ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
const image = (tf: Tf, { tensor, isImage }: Stored): TensorFlow.Tensor4D =>
  (isImage ? tensor : tf.transpose(tensor, [0, 2, 3, 1])) as TensorFlow.Tensor4D;

/** A rule on tensors as they logically are. */
const plain =
  <T extends Operation['type']>(
    compute: (tf: Tf, x: TensorFlow.Tensor[], node: Node, operation: OperationOf<T>) => TensorFlow.Tensor,
  ): Rule<T> =>
  (tf, inputs, node, operation) =>
    storedLogically(
      compute(
        tf,
        inputs.map((each) => logical(tf, each)),
        node,
        operation,
      ),
    );

/** Element by element: images stay images, as long as all are of one shape. */
const elementwise =
  <T extends Operation['type']>(
    compute: (tf: Tf, x: TensorFlow.Tensor[], operation: OperationOf<T>) => TensorFlow.Tensor,
  ): Rule<T> =>
  (tf, inputs, { shape, inputs: nodes }, operation) => {
    const areImages = inputs.every(({ isImage }, at) => isImage && nodes[at]!.shape.join() === shape.join());
    const tensors = inputs.map((each) => (areImages ? each.tensor : logical(tf, each)));
    return { tensor: compute(tf, tensors, operation), isImage: areImages };
  };

/** Whether TensorFlow's own rule for `same` pads this much, at both ends of a side. */
function isSame(side: number, kernel: number, stride: number, { before, after }: Padding): boolean {
  const total = Math.max((Math.ceil(side / stride) - 1) * stride + kernel - side, 0);
  return before === Math.floor(total / 2) && after === total - before;
}

/** The padding by TensorFlow's name where that fits; else the images padded, and none. */
function padded(tf: Tf, x: TensorFlow.Tensor4D, kernel: number, stride: number, padding: Padding) {
  const fits = isSame(x.shape[1], kernel, stride, padding) && isSame(x.shape[2], kernel, stride, padding);
  if (fits) return { x, pad: 'same' as const };
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

/** A convolution's kernel [out, in, kh, kw] as TensorFlow has it: [kh, kw, in, out], depthwise [kh, kw, channels, 1]. */
const turnKernel = (tf: Tf, kernel: TensorFlow.Tensor, reader: Node): TensorFlow.Tensor4D =>
  tf.transpose(
    kernel as TensorFlow.Tensor4D,
    isDepthwise(reader, reader.operation as OperationOf<'conv'>) ? [2, 3, 0, 1] : [2, 3, 1, 0],
  );

/** A constant kernel, turned once and for all. It is no image, but is kept otherwise than it logically is. */
export const constantKernel = (tf: Tf, kernel: TensorFlow.Tensor, reader: Node): Stored =>
  asImage(turnKernel(tf, kernel, reader));

/** [c, n, h, w] → [n, h, w, c], and back. */
const channelsLast = (tf: Tf, x: TensorFlow.Tensor) => tf.transpose(x as TensorFlow.Tensor4D, [1, 2, 3, 0]);
const channelsOutermost = (tf: Tf, x: TensorFlow.Tensor) => tf.transpose(x as TensorFlow.Tensor4D, [3, 0, 1, 2]);
/** [c, 3, 3] → [3, 3, c, 1]. */
const depthwiseKernel = (tf: Tf, kernels: TensorFlow.Tensor) =>
  tf.expandDims(tf.transpose(kernels, [1, 2, 0]), 3) as TensorFlow.Tensor4D;

/** The two gradients of a depthwise convolution, which TensorFlow.js has as kernels but not as functions. */
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
    throw new Error('an input is fed, not computed');
  },
  constant: () => {
    throw new Error('a constant is made when a graph is compiled');
  },
  matMul: plain((tf, [a, b], { shape }, { transposeA, transposeB }) =>
    tf.matMul(matrices(a!, shape.length), matrices(b!, shape.length), transposeA, transposeB),
  ),
  conv: (tf, [x, kernels, bias], node, operation) => {
    const { stride, padding, groups } = operation;
    // A constant kernel has been turned already.
    const kernel = kernels!.isImage ? (kernels!.tensor as TensorFlow.Tensor4D) : turnKernel(tf, kernels!.tensor, node);
    const { x: pixels, pad } = padded(tf, image(tf, x!), kernel.shape[0], stride, padding);
    if (isDepthwise(node, operation))
      return asImage(tf.add(tf.depthwiseConv2d(pixels, kernel, stride, pad), bias!.tensor));
    const filters = tf.split<TensorFlow.Tensor4D>(kernel, groups, 3);
    const y = tf
      .split<TensorFlow.Tensor4D>(pixels, groups, 3)
      .map((part, group) => tf.conv2d(part, filters[group]!, stride, pad));
    return asImage(tf.add(y.length > 1 ? tf.concat(y, 3) : y[0]!, bias!.tensor));
  },
  depthwiseConv: plain((tf, [x, kernels], _, { stride, padding }) => {
    const { x: pixels, pad } = padded(tf, channelsLast(tf, x!), 3, stride, padding);
    return channelsOutermost(tf, tf.depthwiseConv2d(pixels, depthwiseKernel(tf, kernels!), stride, pad));
  }),
  depthwiseConvTranspose: plain((tf, [dy, kernels], { shape }, { stride, padding }) => {
    const [channels = 0, images = 0, height = 0, width = 0] = shape;
    const { before, after } = padding;
    const fits = isSame(height, 3, stride, padding) && isSame(width, 3, stride, padding);
    const grown = fits ? 0 : before + after;
    const dx = runKernel(
      tf,
      'DepthwiseConv2dNativeBackpropInput',
      { dy: channelsLast(tf, dy!), filter: depthwiseKernel(tf, kernels!) },
      {
        ...depthwiseAttributes(stride, fits ? 'same' : 'valid'),
        inputShape: [images, height + grown, width + grown, channels],
      },
    );
    return channelsOutermost(tf, fits ? dx : tf.slice(dx, [0, before, before, 0], [images, height, width, channels]));
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

/** Backwards is a slice forwards, then reversed. */
function sliceByStep(tf: Tf, x: TensorFlow.Tensor, start: readonly number[], step: readonly number[], shape: Shape) {
  const last = start.map((first, axis) => first + step[axis]! * (shape[axis]! - 1));
  const begin = start.map((first, axis) => Math.min(first, last[axis]!));
  const end = start.map((first, axis) => Math.max(first, last[axis]!) + 1);
  const forwards = tf.stridedSlice(x, begin, end, step.map(Math.abs));
  const backwards = step.flatMap((each, axis) => (each < 0 ? [axis] : []));
  return backwards.length > 0 ? tf.reverse(forwards, backwards) : forwards;
}
