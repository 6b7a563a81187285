import { type Node, type Operation, type OperationOf, type Shape, topologicalOrder } from './node.ts';
import {
  add,
  broadcast,
  depthwiseConv,
  depthwiseConvTranspose,
  depthwiseKernelGradient,
  divide,
  equal,
  exp,
  matMul,
  multiply,
  reshape,
  scalar,
  slice,
  subtract,
  sum,
  transpose,
} from './operations.ts';

/**
 * Reverse-mode differentiation, structured like tinygrad's `gradient.py`: a table holds one gradient rule per operation,
 * and the backward pass visits only nodes that depend on a target. Operations without a rule occur only in frozen parts.
 */

/**
 * Returns the gradient with respect to each input of y, given dy, the gradient of the loss with respect to y. The
 * gradients are thunks, so that only the requested ones are built.
 */
type Rule<T extends Operation['type']> = (dy: Node, y: Node, operation: OperationOf<T>) => (() => Node)[];

const negative = (x: Node): Node => multiply(x, scalar(-1));

/** Reverses broadcasting: sums dy over the axes along which an operand of this shape was repeated. */
function unbroadcast(dy: Node, shape: Shape): Node {
  const offset = dy.shape.length - shape.length;
  const axes = dy.shape.flatMap((length, axis) => (length !== (shape[axis - offset] ?? 1) ? [axis] : []));
  return reshape(axes.length === 0 ? dy : sum(dy, axes), shape);
}

const inputOf = (y: Node, index: number): Node => y.inputs[index]!;

const rules: { [T in Operation['type']]?: Rule<T> } = {
  add: (dy, y) => y.inputs.map((x) => () => unbroadcast(dy, x.shape)),
  subtract: (dy, y) => [
    () => unbroadcast(dy, inputOf(y, 0).shape),
    () => unbroadcast(negative(dy), inputOf(y, 1).shape),
  ],
  multiply: (dy, y) => {
    const [a, b] = [inputOf(y, 0), inputOf(y, 1)];
    return [() => unbroadcast(multiply(dy, b), a.shape), () => unbroadcast(multiply(dy, a), b.shape)];
  },
  divide: (dy, y) => {
    const [a, b] = [inputOf(y, 0), inputOf(y, 1)];
    return [
      () => unbroadcast(divide(dy, b), a.shape),
      () => unbroadcast(negative(multiply(dy, divide(y, b))), b.shape),
    ];
  },
  sqrt: (dy, y) => [() => divide(multiply(dy, scalar(0.5)), y)],
  exp: (dy, y) => [() => multiply(dy, y)],
  // The gradient is 1 where clipping leaves the value unchanged, else 0.
  clip: (dy, y) => [() => multiply(dy, equal(inputOf(y, 0), y))],
  logSoftmax: (dy, y) => [() => subtract(dy, multiply(exp(y), sum(dy, [y.shape.length - 1])))],
  sum: (dy, y) => [() => broadcast(dy, inputOf(y, 0).shape)],
  broadcast: (dy, y) => [() => unbroadcast(dy, inputOf(y, 0).shape)],
  reshape: (dy, y) => [() => reshape(dy, inputOf(y, 0).shape)],
  transpose: (dy, _, { order }) => [
    () =>
      transpose(
        dy,
        order.map((_, axis) => order.indexOf(axis)),
      ),
  ],
  matMul: (dy, y, { transposeA, transposeB }) => {
    const [a, b] = [inputOf(y, 0), inputOf(y, 1)];
    if (a.shape.length !== b.shape.length) {
      throw new Error('matMul of a single matrix and a batch has no gradient rule');
    }
    return [
      () =>
        transposeA
          ? matMul(b, dy, { transposeA: transposeB, transposeB: true })
          : matMul(dy, b, { transposeB: !transposeB }),
      () =>
        transposeB
          ? matMul(dy, a, { transposeA: true, transposeB: transposeA })
          : matMul(a, dy, { transposeA: !transposeA }),
    ];
  },
  depthwiseConv: (dy, y, { stride, padding }) => {
    const [x, kernels] = [inputOf(y, 0), inputOf(y, 1)];
    // With stride 1, the gradient is a depthwise convolution with kernels rotated by 180°, which is faster.
    const rotated = () => slice(kernels, [0, 2, 2], [1, -1, -1], kernels.shape);
    const rotatedPadding = { before: 2 - padding.before, after: 2 - padding.after };
    return [
      () =>
        stride === 1
          ? depthwiseConv(dy, rotated(), { stride, padding: rotatedPadding })
          : depthwiseConvTranspose(dy, kernels, x.shape, { stride, padding }),
      () => depthwiseKernelGradient(x, dy, { stride, padding }),
    ];
  },
};

function ruleFor<T extends Operation['type']>(dy: Node, y: Node, operation: OperationOf<T>): (() => Node)[] {
  const rule = rules[operation.type as T] as Rule<T> | undefined;
  if (!rule) throw new Error(`${operation.type} has no gradient rule: nothing before it can be trained`);
  return rule(dy, y, operation);
}

/**
 * Builds the backward pass: the gradient of a loss with respect to each target.
 *
 * @param loss a scalar, of shape []
 * @param targets nodes that the loss depends on, usually inputs
 * @returns one node per target, of the target's shape
 * @throws Error if an operation between a target and the loss has no rule, or the loss does not depend on a target
 */
export function gradients(loss: Node, targets: readonly Node[]): Node[] {
  if (loss.shape.length > 0) throw new Error(`gradients: the loss must be a scalar, not of shape [${loss.shape}]`);
  const order = topologicalOrder([loss]);
  const dependents = new Set<Node>(targets);
  for (const y of order) if (y.inputs.some((x) => dependents.has(x))) dependents.add(y);

  const gradientOf = new Map<Node, Node>([[loss, scalar(1)]]);
  for (const y of order.toReversed()) {
    const dy = gradientOf.get(y);
    if (!dy || !y.inputs.some((x) => dependents.has(x))) continue;
    const inputGradients = ruleFor(dy, y, y.operation);
    y.inputs.forEach((x, index) => {
      if (!dependents.has(x)) return;
      const dx = inputGradients[index]!();
      const sum = gradientOf.get(x);
      gradientOf.set(x, sum ? add(sum, dx) : dx);
    });
  }
  return targets.map((target) => {
    const gradient = gradientOf.get(target);
    if (!gradient) throw new Error('gradients: the loss does not depend on every target');
    return gradient;
  });
}
