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
 * Reverse-mode differentiation as a table (the shape of it is tinygrad's `gradient.py`): a rule an operation says what
 * its inputs' gradients are, and a walk follows only what leads to the targets. Operations without a rule are only used
 * where nothing is trained.
 */

/** Given dy, the gradient of the loss towards the node y: one gradient for each input of y. Lazy: only what is asked for is built. */
type Rule<T extends Operation['type']> = (dy: Node, y: Node, operation: OperationOf<T>) => (() => Node)[];

const negative = (x: Node): Node => multiply(x, scalar(-1));

/** Undoes broadcasting: sums dy over the axes along which an operand of this shape was repeated. */
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
  // A ReLU's gradient is 1 where it changes nothing.
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
    if (a.shape.length !== b.shape.length) throw new Error('matMul of one with a batch has no gradient');
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
    // With stride 1 it is the same operation again, its kernels turned by 180°; that is the faster way.
    const turned = () => slice(kernels, [0, 2, 2], [1, -1, -1], kernels.shape);
    const turnedPadding = { before: 2 - padding.before, after: 2 - padding.after };
    return [
      () =>
        stride === 1
          ? depthwiseConv(dy, turned(), { stride, padding: turnedPadding })
          : depthwiseConvTranspose(dy, kernels, x.shape, { stride, padding }),
      () => depthwiseKernelGradient(x, dy, { stride, padding }),
    ];
  },
};

function ruleFor<T extends Operation['type']>(dy: Node, y: Node, operation: OperationOf<T>): (() => Node)[] {
  const rule = rules[operation.type as T] as Rule<T> | undefined;
  if (!rule) throw new Error(`${operation.type} has no gradient: nothing before it can be trained`);
  return rule(dy, y, operation);
}

/**
 * The gradient of a loss towards each target.
 *
 * @param loss a scalar, of shape [].
 * @param targets nodes that the loss depends on, mostly inputs.
 * @returns nodes of the targets' shapes, in their order.
 * @throws Error where an operation on the way has no rule, or the loss does not depend on a target.
 */
export function gradients(loss: Node, targets: readonly Node[]): Node[] {
  if (loss.shape.length > 0) throw new Error(`gradients: the loss must be a scalar, not of shape [${loss.shape}]`);
  const order = topologicalOrder([loss]);
  const leads = new Set<Node>(targets);
  for (const y of order) if (y.inputs.some((x) => leads.has(x))) leads.add(y);

  const found = new Map<Node, Node>([[loss, scalar(1)]]);
  for (const y of order.toReversed()) {
    const dy = found.get(y);
    if (!dy || !y.inputs.some((x) => leads.has(x))) continue;
    const towards = ruleFor(dy, y, y.operation);
    y.inputs.forEach((x, index) => {
      if (!leads.has(x)) return;
      const dx = towards[index]!();
      const before = found.get(x);
      found.set(x, before ? add(before, dx) : dx);
    });
  }
  return targets.map((target) => {
    const gradient = found.get(target);
    if (!gradient) throw new Error('gradients: the loss does not depend on every target');
    return gradient;
  });
}
