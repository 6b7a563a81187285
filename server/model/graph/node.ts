/**
 * A network as a graph of plain nodes: each has an operation, inputs and a static shape; all tensors are float32. Nothing
 * here computes: `operations.ts` creates nodes, `gradient.ts` adds the backward pass, `encode-onnx.ts` encodes the graph
 * for ONNX Runtime.
 */

export type Shape = readonly number[];

/** Number of zeros added before and after, the same for height and width. */
export interface Padding {
  before: number;
  after: number;
}

export type Operation =
  /** Fed under this name in each run. */
  | { type: 'input'; name: string }
  | { type: 'constant'; data: Float32Array }
  /** [m, k] · [k, n], or batched: [c, m, k] · [c, k, n]. A single [m, k] may be multiplied with a batch [c, k, n]. */
  | { type: 'matMul'; transposeA: boolean; transposeB: boolean }
  /** Images [n, c, h, w], kernels [out, c / groups, kh, kw], bias [out]. */
  | { type: 'conv'; stride: number; padding: Padding; groups: number }
  /** Channels outermost: x [c, n, h, w], one 3 × 3 kernel per channel [c, 3, 3]. */
  | { type: 'depthwiseConv'; stride: number; padding: Padding }
  /** Gradient of depthwiseConv with respect to x: dy [c, n, h', w'], kernels [c, 3, 3] → [c, n, h, w]. */
  | { type: 'depthwiseConvTranspose'; stride: number; padding: Padding }
  /** Gradient of depthwiseConv with respect to its kernels: x [c, n, h, w], dy [c, n, h', w'] → [c, 3, 3]. */
  | { type: 'depthwiseKernelGradient'; stride: number; padding: Padding }
  /** Elementwise, with NumPy's broadcasting; so are subtract, multiply, divide and equal. */
  | { type: 'add' }
  | { type: 'subtract' }
  | { type: 'multiply' }
  | { type: 'divide' }
  /** 1 where both are equal, else 0. */
  | { type: 'equal' }
  | { type: 'sqrt' }
  | { type: 'exp' }
  | { type: 'clip'; low: number; high: number }
  /** Over the last axis. */
  | { type: 'logSoftmax' }
  /** Keeps the summed axes, with length 1. */
  | { type: 'sum'; axes: readonly number[] }
  | { type: 'reshape' }
  | { type: 'transpose'; order: readonly number[] }
  /** Every `step`-th element of each axis, beginning at `start`; a negative `step` reads backwards. The node's shape is the count. */
  | { type: 'slice'; start: readonly number[]; step: readonly number[] }
  /** Zeros around the last two axes. */
  | { type: 'pad'; padding: Padding }
  | { type: 'concat'; axis: number }
  | { type: 'broadcast' };

export type OperationOf<T extends Operation['type']> = Extract<Operation, { type: T }>;

export interface Node {
  readonly operation: Operation;
  readonly inputs: readonly Node[];
  readonly shape: Shape;
}

/** Named outputs of one graph. Its inputs are the `input` nodes that they depend on. */
export type Outputs = Readonly<Record<string, Node>>;

/** Number of elements in a tensor of this shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

/** Lists the given nodes and everything that they depend on, each node after its inputs. */
export function topologicalOrder(ends: Iterable<Node>): Node[] {
  const ordered = new Set<Node>();
  const visit = (current: Node): void => {
    if (ordered.has(current)) return;
    for (const each of current.inputs) visit(each);
    ordered.add(current);
  };
  for (const end of ends) visit(end);
  return [...ordered];
}
