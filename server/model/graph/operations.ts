import { type Node, type Operation, type Padding, type Shape, sizeOf } from './node.ts';

/**
 * Functions that create graph nodes. Shapes are static and checked on creation, so a mistake in a network throws in the
 * line that made it, not in an engine.
 */

const node = (operation: Operation, inputs: readonly Node[], shape: Shape): Node => ({ operation, inputs, shape });

const isSameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

function assertShapes(condition: boolean, operation: string, ...shapes: Shape[]): asserts condition {
  if (!condition) {
    throw new Error(`${operation}: shapes ${shapes.map((shape) => `[${shape}]`).join(' and ')} are incompatible`);
  }
}

export const input = (name: string, shape: Shape): Node => node({ type: 'input', name }, [], shape);

export function constant(data: Float32Array, shape: Shape): Node {
  assertShapes(data.length === sizeOf(shape), 'constant', [data.length], shape);
  return node({ type: 'constant', data }, [], shape);
}

export const scalar = (value: number): Node => constant(Float32Array.of(value), []);

export function matMul(a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node {
  const fits = [a, b].every(({ shape }) => shape.length === 2 || shape.length === 3);
  assertShapes(fits && a.shape.length <= b.shape.length, 'matMul', a.shape, b.shape);
  const dimension = (x: Node, fromEnd: 1 | 2) => x.shape.at(-fromEnd)!;
  const [rows, inner] = transposeA ? [dimension(a, 1), dimension(a, 2)] : [dimension(a, 2), dimension(a, 1)];
  const [innerB, columns] = transposeB ? [dimension(b, 1), dimension(b, 2)] : [dimension(b, 2), dimension(b, 1)];
  const batch = b.shape.slice(0, -2);
  assertShapes(
    inner === innerB && (a.shape.length === 2 || isSameShape(a.shape.slice(0, -2), batch)),
    'matMul',
    a.shape,
    b.shape,
  );
  return node({ type: 'matMul', transposeA, transposeB }, [a, b], [...batch, rows, columns]);
}

/** Length of a side after a convolution. */
function convolvedLength(length: number, kernel: number, stride: number, { before, after }: Padding): number {
  assertShapes(length + before + after >= kernel, 'a side and its kernel', [length], [kernel]);
  return Math.floor((length + before + after - kernel) / stride) + 1;
}

const noPadding: Padding = { before: 0, after: 0 };

export function conv(
  x: Node,
  kernels: Node,
  bias: Node,
  { stride = 1, padding = noPadding, groups = 1 }: { stride?: number; padding?: Padding; groups?: number } = {},
): Node {
  const [images = 0, channels = 0, height = 0, width = 0] = x.shape;
  const [channelsOut = 0, channelsIn = 0, kernelHeight = 0, kernelWidth = 0] = kernels.shape;
  assertShapes(x.shape.length === 4 && kernels.shape.length === 4, 'conv', x.shape, kernels.shape);
  assertShapes(channels === channelsIn * groups && channelsOut % groups === 0, 'conv', x.shape, kernels.shape);
  assertShapes(isSameShape(bias.shape, [channelsOut]), 'conv bias', kernels.shape, bias.shape);
  return node(
    { type: 'conv', stride, padding, groups },
    [x, kernels, bias],
    [
      images,
      channelsOut,
      convolvedLength(height, kernelHeight, stride, padding),
      convolvedLength(width, kernelWidth, stride, padding),
    ],
  );
}

interface Depthwise {
  stride: number;
  padding: Padding;
}

export function depthwiseConv(x: Node, kernels: Node, { stride, padding }: Depthwise): Node {
  const [channels = 0, images = 0, height = 0, width = 0] = x.shape;
  assertShapes(
    x.shape.length === 4 && isSameShape(kernels.shape, [channels, 3, 3]),
    'depthwiseConv',
    x.shape,
    kernels.shape,
  );
  return node(
    { type: 'depthwiseConv', stride, padding },
    [x, kernels],
    [channels, images, convolvedLength(height, 3, stride, padding), convolvedLength(width, 3, stride, padding)],
  );
}

/**
 * Whether dy [c, n, h', w'] can be the gradient of a depthwise convolution of x [c, n, h, w]. The last output row must
 * have read the last row of the padded x: engines derive the geometry from the shapes and cannot detect unread rows.
 */
function fitsDepthwise(x: Shape, dy: Shape, { stride, padding }: Depthwise): boolean {
  const readsAll = (axis: number) => (dy[axis]! - 1) * stride + 3 === x[axis]! + padding.before + padding.after;
  return x.length === 4 && dy.length === 4 && isSameShape(x.slice(0, 2), dy.slice(0, 2)) && readsAll(2) && readsAll(3);
}

/** @param shape the shape of the forward pass's x */
export function depthwiseConvTranspose(dy: Node, kernels: Node, shape: Shape, { stride, padding }: Depthwise): Node {
  assertShapes(fitsDepthwise(shape, dy.shape, { stride, padding }), 'depthwiseConvTranspose', dy.shape, shape);
  assertShapes(isSameShape(kernels.shape, [shape[0]!, 3, 3]), 'depthwiseConvTranspose', kernels.shape, shape);
  return node({ type: 'depthwiseConvTranspose', stride, padding }, [dy, kernels], shape);
}

export function depthwiseKernelGradient(x: Node, dy: Node, { stride, padding }: Depthwise): Node {
  assertShapes(fitsDepthwise(x.shape, dy.shape, { stride, padding }), 'depthwiseKernelGradient', x.shape, dy.shape);
  return node({ type: 'depthwiseKernelGradient', stride, padding }, [x, dy], [x.shape[0]!, 3, 3]);
}

/** The shape that two shapes broadcast to, by NumPy's rule. */
function broadcastShape(a: Shape, b: Shape, operation: string): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const lengthA = a[axis - rank + a.length] ?? 1;
    const lengthB = b[axis - rank + b.length] ?? 1;
    assertShapes(lengthA === lengthB || lengthA === 1 || lengthB === 1, operation, a, b);
    return Math.max(lengthA, lengthB);
  });
}

const elementwise =
  (type: 'add' | 'subtract' | 'multiply' | 'divide' | 'equal') =>
  (a: Node, b: Node): Node =>
    node({ type }, [a, b], broadcastShape(a.shape, b.shape, type));

export const add = elementwise('add');
export const subtract = elementwise('subtract');
export const multiply = elementwise('multiply');
export const divide = elementwise('divide');
export const equal = elementwise('equal');

export const sqrt = (x: Node): Node => node({ type: 'sqrt' }, [x], x.shape);
export const exp = (x: Node): Node => node({ type: 'exp' }, [x], x.shape);

export function logSoftmax(x: Node): Node {
  assertShapes(x.shape.length > 0, 'logSoftmax', x.shape);
  return node({ type: 'logSoftmax' }, [x], x.shape);
}

/** `clip(x, 0, Infinity)` is ReLU. */
export const clip = (x: Node, low: number, high: number): Node => node({ type: 'clip', low, high }, [x], x.shape);

/** @param axes at least one, counted from the front: ONNX would sum over all axes if there were none */
export function sum(x: Node, axes: readonly number[]): Node {
  assertShapes(axes.length > 0 && axes.every((axis) => axis in x.shape), 'sum', x.shape, axes);
  return node(
    { type: 'sum', axes },
    [x],
    x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
  );
}

export function reshape(x: Node, shape: Shape): Node {
  assertShapes(sizeOf(x.shape) === sizeOf(shape), 'reshape', x.shape, shape);
  return isSameShape(x.shape, shape) ? x : node({ type: 'reshape' }, [x], shape);
}

export function transpose(x: Node, order: readonly number[]): Node {
  const everyAxis = x.shape.every((_, axis) => order.includes(axis));
  assertShapes(order.length === x.shape.length && everyAxis, 'transpose', x.shape, order);
  return node(
    { type: 'transpose', order },
    [x],
    order.map((axis) => x.shape[axis]!),
  );
}

export function slice(x: Node, start: readonly number[], step: readonly number[], shape: Shape): Node {
  const inside = x.shape.every((length, axis) => {
    const last = start[axis]! + step[axis]! * (shape[axis]! - 1);
    return start[axis]! >= 0 && start[axis]! < length && last >= 0 && last < length;
  });
  assertShapes(shape.length === x.shape.length && inside, 'slice', x.shape, shape);
  return node({ type: 'slice', start, step }, [x], shape);
}

export function pad(x: Node, padding: Padding): Node {
  assertShapes(x.shape.length >= 2, 'pad', x.shape);
  const added = padding.before + padding.after;
  return node(
    { type: 'pad', padding },
    [x],
    x.shape.map((length, axis) => (axis >= x.shape.length - 2 ? length + added : length)),
  );
}

export function concat(parts: readonly Node[], axis: number): Node {
  const [first] = parts;
  if (!first) throw new Error('concat: nothing to join');
  const length = parts.reduce((total, part) => {
    assertShapes(
      axis in part.shape && isSameShape(part.shape.with(axis, 0), first.shape.with(axis, 0)),
      'concat',
      first.shape,
      part.shape,
    );
    return total + part.shape[axis]!;
  }, 0);
  return node(
    { type: 'concat', axis },
    parts,
    first.shape.map((other, at) => (at === axis ? length : other)),
  );
}

export function broadcast(x: Node, shape: Shape): Node {
  assertShapes(isSameShape(broadcastShape(x.shape, shape, 'broadcast'), shape), 'broadcast', x.shape, shape);
  return isSameShape(x.shape, shape) ? x : node({ type: 'broadcast' }, [x], shape);
}
