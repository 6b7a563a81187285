import { Random } from '@/server/model/random.ts';
import { type Node, type Operation, type Shape, sizeOf } from './node.ts';
import {
  add,
  broadcast,
  clip,
  concat,
  constant,
  conv,
  depthwiseConv,
  depthwiseConvTranspose,
  depthwiseKernelGradient,
  divide,
  equal,
  exp,
  input,
  logSoftmax,
  matMul,
  multiply,
  pad,
  reshape,
  scalar,
  slice,
  sqrt,
  subtract,
  sum,
  transpose,
} from './operations.ts';
import { smallNetwork, smallNetworkShapes } from './small-network.ts';

/** Every operation in small uses: what gradients and engines are tested with. */

/** A graph's result, its inputs and what they are fed. */
export interface Case {
  title: string;
  y: Node;
  inputs: Node[];
  feeds: Record<string, Float32Array>;
}

type Values = (shape: Shape) => Float32Array;

/** A case whose inputs `x0`, `x1`… have these shapes; they hold different numbers from −1 to 1 unless `values` says otherwise. */
function use(title: string, shapes: readonly Shape[], build: (...inputs: Node[]) => Node, ...values: Values[]): Case {
  const inputs = shapes.map((shape, index) => input(`x${index}`, shape));
  const feeds = shapes.map((shape, index) => {
    const make = values[index] ?? between(-1, 1, title, index);
    return [`x${index}`, make(shape)] as const;
  });
  return { title, y: build(...inputs), inputs, feeds: Object.fromEntries(feeds) };
}

export function between(low: number, high: number, ...path: (string | number)[]): Values {
  const random = new Random(42, ...path);
  return (shape) => Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(low, high));
}

/** 0, 1, … n − 1, and again. */
const counting =
  (n: number): Values =>
  (shape) =>
    Float32Array.from({ length: sizeOf(shape) }, (_, index) => index % n);

const transposes = [
  { transposeA: false, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: false },
  { transposeA: true, transposeB: true },
];

/** [m, k] · [k, n] in all four ways, alone or in batches. */
const matMuls = (batchA: number[], batchB: number[], m: number, k: number, n: number): Case[] =>
  transposes.map((how) => {
    const a = [...batchA, ...(how.transposeA ? [k, m] : [m, k])];
    const b = [...batchB, ...(how.transposeB ? [n, k] : [k, n])];
    return use(`[${a}] · [${b}], transposed ${how.transposeA}, ${how.transposeB}`, [a, b], (x, y) => matMul(x, y, how));
  });

/** As NumPy broadcasts: nothing, a scalar, leading axes left out, axes of length 1 on either side. */
const broadcasts = (type: string, build: (a: Node, b: Node) => Node, n: number, ...values: Values[]): Case[] =>
  [
    [
      [n, 3],
      [n, 3],
    ],
    [[n, 3], []],
    [[], [n, 3]],
    [[n, 2, 3], [3]],
    [
      [2, 1, 1],
      [2, n, 3],
    ],
    [
      [n, 1],
      [1, 3],
    ],
  ].map(([a = [], b = []]) => use(`${type} [${a}] and [${b}]`, [a, b], build, ...values));

/** What MobileNetV2 needs: stride 1, and stride 2 padded at the end. And what must work too. */
const depthwiseSettings = [
  { stride: 1, padding: { before: 1, after: 1 }, side: 4, sideOut: 4 },
  { stride: 2, padding: { before: 0, after: 1 }, side: 4, sideOut: 2 },
  { stride: 1, padding: { before: 0, after: 1 }, side: 4, sideOut: 3 },
  { stride: 2, padding: { before: 1, after: 1 }, side: 5, sideOut: 3 },
];

const depthwiseTitle = ({ stride, padding, side }: (typeof depthwiseSettings)[number]): string =>
  `stride ${stride}, padding ${padding.before}/${padding.after}, side ${side}`;

/** @param n a number of images, or of whatever a batch holds. */
export const operationCases = (n: number): Record<Operation['type'], Case[]> => ({
  input: [use('handed through', [[n, 3]], (x) => x)],
  constant: [
    use('a matrix', [[n, 2]], (x) => add(x, constant(Float32Array.of(1, 2), [1, 2]))),
    use('a scalar', [[n, 2]], (x) => add(x, scalar(3))),
  ],
  matMul: [
    ...matMuls([], [], n, 4, 3),
    ...matMuls([2], [2], n, 4, 3),
    ...matMuls([], [2], n, 4, 3),
    use('a batch by itself', [[2, n, n]], (x) => matMul(x, x, { transposeB: true })),
  ],
  conv: [
    use('1 × 1', [[n, 3, 4, 4], [5, 3, 1, 1], [5]], (x, w, b) => conv(x, w, b)),
    use('3 × 3, stride 2, padded at the end', [[n, 3, 6, 6], [4, 3, 3, 3], [4]], (x, w, b) =>
      conv(x, w, b, { stride: 2, padding: { before: 0, after: 1 } }),
    ),
    use('3 × 3, stride 2, a row never read', [[n, 2, 4, 6], [4, 2, 3, 3], [4]], (x, w, b) =>
      conv(x, w, b, { stride: 2 }),
    ),
    use('a group a channel', [[n, 4, 5, 5], [4, 1, 3, 3], [4]], (x, w, b) =>
      conv(x, w, b, { padding: { before: 1, after: 1 }, groups: 4 }),
    ),
    use('two groups of other sizes', [[n, 4, 3, 3], [6, 2, 1, 1], [6]], (x, w, b) => conv(x, w, b, { groups: 2 })),
  ],
  depthwiseConv: depthwiseSettings.map((setting) =>
    use(
      depthwiseTitle(setting),
      [
        [3, n, setting.side, setting.side],
        [3, 3, 3],
      ],
      (x, w) => depthwiseConv(x, w, setting),
    ),
  ),
  depthwiseConvTranspose: depthwiseSettings.map((setting) =>
    use(
      depthwiseTitle(setting),
      [
        [3, n, setting.sideOut, setting.sideOut],
        [3, 3, 3],
      ],
      (dy, w) => depthwiseConvTranspose(dy, w, [3, n, setting.side, setting.side], setting),
    ),
  ),
  depthwiseKernelGradient: depthwiseSettings.map((setting) =>
    use(
      depthwiseTitle(setting),
      [
        [3, n, setting.side, setting.side],
        [3, n, setting.sideOut, setting.sideOut],
      ],
      (x, dy) => depthwiseKernelGradient(x, dy, setting),
    ),
  ),
  add: [...broadcasts('add', add, n), use('to itself', [[n]], (x) => add(x, x))],
  subtract: [...broadcasts('subtract', subtract, n), use('from itself', [[n]], (x) => subtract(x, x))],
  multiply: [...broadcasts('multiply', multiply, n), use('by itself', [[n]], (x) => multiply(x, x))],
  divide: broadcasts('divide', divide, n, between(-1, 1, 'dividend'), between(0.5, 2, 'divisor')),
  equal: broadcasts('equal', equal, n, counting(3), counting(2)),
  sqrt: [use('positive numbers', [[n, 3]], sqrt, between(0.1, 4, 'sqrt'))],
  exp: [use('numbers on both sides of 0', [[n, 3]], exp)],
  clip: [
    use('ReLU6', [[n, 8]], (x) => clip(x, 0, 6), between(-6, 12, 'relu6')),
    use('ReLU', [[n, 8]], (x) => clip(x, 0, Number.POSITIVE_INFINITY), between(-6, 12, 'relu')),
    use('from −1 to 1', [[n, 8]], (x) => clip(x, -1, 1), between(-2, 2, 'clip')),
  ],
  logSoftmax: [
    use('rows', [[n, 5]], logSoftmax, between(-8, 8, 'logits')),
    use('the last of three axes', [[2, n, 3]], logSoftmax),
  ],
  sum: [
    use('the first axis', [[n, 3]], (x) => sum(x, [0])),
    use('all axes', [[n, 3]], (x) => sum(x, [0, 1])),
    use('outer and inner axes', [[2, n, 3, 2]], (x) => sum(x, [0, 3])),
  ],
  reshape: [
    use('to rows', [[n, 2, 3]], (x) => reshape(x, [n, 6])),
    use('to a scalar', [[1, 1]], (x) => reshape(x, [])),
  ],
  transpose: [
    use('a matrix', [[n, 3]], (x) => transpose(x, [1, 0])),
    use('channels outermost', [[n, 2, 3, 4]], (x) => transpose(x, [1, 0, 2, 3])),
    use('an order that is not its own inverse', [[n, 2, 3]], (x) => transpose(x, [1, 2, 0])),
  ],
  slice: [
    use('every second column', [[n, 5]], (x) => slice(x, [0, 1], [1, 2], [n, 2])),
    use('backwards to the first', [[n, 4]], (x) => slice(x, [0, 3], [1, -1], [n, 4])),
    use('backwards from within, by two', [[n, 6]], (x) => slice(x, [0, 4], [1, -2], [n, 2])),
  ],
  pad: [
    use('at the end', [[2, n, 3, 3]], (x) => pad(x, { before: 0, after: 1 })),
    use('at both ends', [[n, 3]], (x) => pad(x, { before: 2, after: 1 })),
  ],
  concat: [
    use(
      'three along the first axis',
      [
        [n, 2],
        [1, 2],
        [2, 2],
      ],
      (...parts) => concat(parts, 0),
    ),
    use(
      'two along the last axis',
      [
        [n, 2],
        [n, 3],
      ],
      (...parts) => concat(parts, 1),
    ),
  ],
  broadcast: [
    use('a scalar', [[]], (x) => broadcast(x, [n, 3])),
    use('a column', [[n, 1]], (x) => broadcast(x, [2, n, 3])),
  ],
});

/** The small network with all its inputs, of n images. */
export const smallNetworkCase = (n: number): Case =>
  use(
    'a small network',
    [[n, 2, 4, 4], ...smallNetworkShapes],
    (images, ...parameters) => smallNetwork(images!, parameters),
    between(-8, 8, 'images'),
  );
