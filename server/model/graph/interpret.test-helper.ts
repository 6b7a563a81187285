import { type Node, type Outputs, type Shape, sizeOf, topologicalOrder } from './node.ts';

/**
 * Reference implementation of every operation, for tests only: one element at a time, in float64, clear rather than fast.
 * Gradient tests take central differences with it; engine tests compare with its results.
 */

type Index = readonly number[];

interface Value {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Position in the row-major data of the element at `index`; null outside the tensor. */
function offsetOf(shape: Shape, index: Index): number | null {
  let offset = 0;
  for (let axis = 0; axis < shape.length; axis++) {
    const [length, position] = [shape[axis]!, index[axis]!];
    if (!Number.isInteger(position) || position < 0 || position >= length) return null;
    offset = offset * length + position;
  }
  return offset;
}

function indexOf(shape: Shape, offset: number): number[] {
  const index = shape.slice();
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = offset % shape[axis]!;
    offset = Math.floor(offset / shape[axis]!);
  }
  return index;
}

function at({ shape, data }: Value, index: Index): number {
  const offset = offsetOf(shape, index);
  if (offset === null) throw new Error(`[${index}] is outside a tensor of shape [${shape}]`);
  return data[offset]!;
}

/** Like `at`, but zero outside the tensor and at fractional indices, which dividing by a stride may produce. */
function atOrZero({ shape, data }: Value, index: Index): number {
  const offset = offsetOf(shape, index);
  return offset === null ? 0 : data[offset]!;
}

/** Like `at`, with NumPy's broadcasting: leading axes may be missing, axes of length 1 are repeated. */
const atBroadcast = (x: Value, index: Index): number =>
  at(
    x,
    x.shape.map((length, axis) => (length === 1 ? 0 : index[index.length - x.shape.length + axis]!)),
  );

/** Σ term(index) over every index of a shape. */
function total(shape: Shape, term: (index: Index) => number): number {
  let result = 0;
  for (let offset = 0; offset < sizeOf(shape); offset++) result += term(indexOf(shape, offset));
  return result;
}

/** Returns the function that computes one element of a node's result. `a`, `b`, `c`: the node's inputs. */
function elementOf({ operation, shape }: Node, inputs: readonly Value[], feed: Feed): (index: Index) => number {
  const [a, b, c] = inputs as [Value, Value, Value];
  switch (operation.type) {
    case 'input': {
      const value: Value = { shape, data: Float64Array.from(feed(operation.name, shape)) };
      return (index) => at(value, index);
    }
    case 'constant': {
      const data = Float64Array.from(operation.data);
      return (index) => at({ shape, data }, index);
    }
    case 'matMul': {
      const { transposeA, transposeB } = operation;
      const inner = a.shape.at(transposeA ? -2 : -1)!;
      return (index) => {
        const [batch, row, column] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
        return total([inner], ([k = 0]) => {
          const left = transposeA ? [k, row] : [row, k];
          const right = transposeB ? [column, k] : [k, column];
          return at(a, a.shape.length === 2 ? left : [...batch, ...left]) * at(b, [...batch, ...right]);
        });
      };
    }
    case 'conv': {
      const { stride, padding, groups } = operation;
      const [channelsOut = 0, ...kernel] = b.shape;
      const [channelsIn = 0] = kernel;
      return ([image = 0, out = 0, y = 0, x = 0]) => {
        const first = Math.floor((out * groups) / channelsOut) * channelsIn;
        const sum = total(kernel, ([channel = 0, i = 0, j = 0]) => {
          const pixel = [image, first + channel, y * stride + i - padding.before, x * stride + j - padding.before];
          return atOrZero(a, pixel) * at(b, [out, channel, i, j]);
        });
        return sum + at(c, [out]);
      };
    }
    case 'depthwiseConv': {
      const { stride, padding } = operation;
      return ([channel = 0, image = 0, y = 0, x = 0]) =>
        total([3, 3], ([i = 0, j = 0]) => {
          const pixel = [channel, image, y * stride + i - padding.before, x * stride + j - padding.before];
          return atOrZero(a, pixel) * at(b, [channel, i, j]);
        });
    }
    case 'depthwiseConvTranspose': {
      const { stride, padding } = operation;
      return ([channel = 0, image = 0, y = 0, x = 0]) =>
        total([3, 3], ([i = 0, j = 0]) => {
          const pixel = [channel, image, (y + padding.before - i) / stride, (x + padding.before - j) / stride];
          return atOrZero(a, pixel) * at(b, [channel, i, j]);
        });
    }
    case 'depthwiseKernelGradient': {
      const { stride, padding } = operation;
      return ([channel = 0, i = 0, j = 0]) =>
        total(b.shape.slice(1), ([image = 0, y = 0, x = 0]) => {
          const pixel = [channel, image, y * stride + i - padding.before, x * stride + j - padding.before];
          return atOrZero(a, pixel) * at(b, [channel, image, y, x]);
        });
    }
    case 'add':
      return (index) => atBroadcast(a, index) + atBroadcast(b, index);
    case 'subtract':
      return (index) => atBroadcast(a, index) - atBroadcast(b, index);
    case 'multiply':
      return (index) => atBroadcast(a, index) * atBroadcast(b, index);
    case 'divide':
      return (index) => atBroadcast(a, index) / atBroadcast(b, index);
    case 'equal':
      return (index) => Number(atBroadcast(a, index) === atBroadcast(b, index));
    case 'sqrt':
      return (index) => Math.sqrt(at(a, index));
    case 'exp':
      return (index) => Math.exp(at(a, index));
    case 'clip':
      return (index) => Math.min(Math.max(at(a, index), operation.low), operation.high);
    case 'logSoftmax':
      return (index) => {
        const row = index.slice(0, -1);
        return at(a, index) - Math.log(total(a.shape.slice(-1), ([k = 0]) => Math.exp(at(a, [...row, k]))));
      };
    case 'sum': {
      const summed = a.shape.map((length, axis) => (operation.axes.includes(axis) ? length : 1));
      return (index) =>
        total(summed, (within) =>
          at(
            a,
            index.map((position, axis) => position + within[axis]!),
          ),
        );
    }
    case 'reshape':
      return (index) => a.data[offsetOf(shape, index)!]!;
    case 'transpose':
      return (index) =>
        at(
          a,
          index.map((_, axis) => index[operation.order.indexOf(axis)]!),
        );
    case 'slice':
      return (index) =>
        at(
          a,
          index.map((position, axis) => operation.start[axis]! + operation.step[axis]! * position),
        );
    case 'pad':
      return (index) =>
        atOrZero(
          a,
          index.map((position, axis) => (axis >= shape.length - 2 ? position - operation.padding.before : position)),
        );
    case 'concat':
      return (index) => {
        let position = index[operation.axis]!;
        const part = inputs.find((each) => {
          const length = each.shape[operation.axis]!;
          if (position < length) return true;
          position -= length;
          return false;
        });
        return at(part!, index.with(operation.axis, position));
      };
    case 'broadcast':
      return (index) => atBroadcast(a, index);
  }
}

type Feed = (name: string, shape: Shape) => Float64Array | Float32Array;

/**
 * Computes a graph's outputs in float64.
 *
 * @throws Error if an input is missing or its size does not match its shape
 */
export function interpret(
  outputs: Outputs,
  feeds: Record<string, Float64Array | Float32Array>,
): Record<string, Float64Array> {
  const feed: Feed = (name, shape) => {
    const data = feeds[name];
    if (data?.length !== sizeOf(shape)) throw new Error(`input ${name} must hold ${sizeOf(shape)} numbers`);
    return data;
  };
  const values = new Map<Node, Value>();
  for (const node of topologicalOrder(Object.values(outputs))) {
    const element = elementOf(
      node,
      node.inputs.map((each) => values.get(each)!),
      feed,
    );
    const data = new Float64Array(sizeOf(node.shape));
    for (let offset = 0; offset < data.length; offset++) data[offset] = element(indexOf(node.shape, offset));
    values.set(node, { shape: node.shape, data });
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, values.get(node)!.data]));
}
