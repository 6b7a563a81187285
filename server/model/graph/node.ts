/**
 * A network as a graph of plain nodes: an operation, its inputs, a static shape; everything is float32. Nothing here
 * computes: `operations.ts` makes nodes, `gradient.ts` adds those of the backward pass, `encode-onnx.ts` writes a graph
 * for ONNX Runtime.
 */

export type Shape = readonly number[];

/** Zeros added at both ends of height and width, the same for both. */
export interface Padding {
  before: number;
  after: number;
}

export type Operation =
  /** Fed at each run under this name. */
  | { type: 'input'; name: string }
  | { type: 'constant'; data: Float32Array }
  /** [m, k] · [k, n], or a batch of them: [c, m, k] · [c, k, n]. One [m, k] may meet a whole batch [c, k, n]. */
  | { type: 'matMul'; transposeA: boolean; transposeB: boolean }
  /** Images [n, c, h, w], kernels [out, c / groups, kh, kw], bias [out]. */
  | { type: 'conv'; stride: number; padding: Padding; groups: number }
  /** Channels outermost: x [c, n, h, w], a 3 × 3 kernel a channel [c, 3, 3]. */
  | { type: 'depthwiseConv'; stride: number; padding: Padding }
  /** The gradient of depthwiseConv towards x: dy [c, n, h', w'], kernels [c, 3, 3] → [c, n, h, w]. */
  | { type: 'depthwiseConvTranspose'; stride: number; padding: Padding }
  /** The gradient of depthwiseConv towards its kernels: x [c, n, h, w], dy [c, n, h', w'] → [c, 3, 3]. */
  | { type: 'depthwiseKernelGradient'; stride: number; padding: Padding }
  /** Element by element, shapes broadcast as in NumPy. */
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
  /** Keeps the axes summed over, with length 1. */
  | { type: 'sum'; axes: readonly number[] }
  | { type: 'reshape' }
  | { type: 'transpose'; order: readonly number[] }
  /** Every `step`-th element of each axis from `start` on; `step` −1 reads backwards from `start`. The shape says how many. */
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

/** Named results of one graph. What it is fed with follows from the `input` nodes they depend on. */
export type Outputs = Readonly<Record<string, Node>>;

/** How many numbers a tensor of this shape holds. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

/** Every node that these depend on, each after its inputs. */
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
