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

/** Small test cases for every operation, shared by the tests of gradients and engines. */

/** A graph's output, its inputs and the values fed to them. */
export interface Case {
  title: string;
  y: Node;
  inputs: Node[];
  feeds: Record<string, Float32Array>;
}

type Values = (shape: Shape) => Float32Array;

/** Builds a case with inputs `x0`, `x1`… of these shapes. They hold different numbers from −1 to 1 unless `values` is given. */
function testCase(
  title: string,
  shapes: readonly Shape[],
  build: (...inputs: Node[]) => Node,
  ...values: Values[]
): Case {
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

/** 0, 1, … n − 1, repeated. */
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

/** [m, k] · [k, n] with all four combinations of transposes, single or batched. */
const matMuls = (batchA: number[], batchB: number[], m: number, k: number, n: number): Case[] =>
  transposes.map((options) => {
    const a = [...batchA, ...(options.transposeA ? [k, m] : [m, k])];
    const b = [...batchB, ...(options.transposeB ? [n, k] : [k, n])];
    const title = `[${a}] · [${b}], transposed ${options.transposeA}, ${options.transposeB}`;
    return testCase(title, [a, b], (x, y) => matMul(x, y, options));
  });

/** NumPy's kinds of broadcasting: none, a scalar, missing leading axes, axes of length 1 on either side. */
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
  ].map(([a = [], b = []]) => testCase(`${type} [${a}] and [${b}]`, [a, b], build, ...values));

/** The first two occur in MobileNetV2: stride 1, and stride 2 padded at the end. The others must work as well. */
const depthwiseSettings = [
  { stride: 1, padding: { before: 1, after: 1 }, side: 4, sideOut: 4 },
  { stride: 2, padding: { before: 0, after: 1 }, side: 4, sideOut: 2 },
  { stride: 1, padding: { before: 0, after: 1 }, side: 4, sideOut: 3 },
  { stride: 2, padding: { before: 1, after: 1 }, side: 5, sideOut: 3 },
];

const depthwiseTitle = ({ stride, padding, side }: (typeof depthwiseSettings)[number]): string =>
  `stride ${stride}, padding ${padding.before}/${padding.after}, side ${side}`;

/** @param n the batch size */
export const operationCases = (n: number): Record<Operation['type'], Case[]> => ({
  input: [testCase('returned unchanged', [[n, 3]], (x) => x)],
  constant: [
    testCase('a matrix', [[n, 2]], (x) => add(x, constant(Float32Array.of(1, 2), [1, 2]))),
    testCase('a scalar', [[n, 2]], (x) => add(x, scalar(3))),
  ],
  matMul: [
    ...matMuls([], [], n, 4, 3),
    ...matMuls([2], [2], n, 4, 3),
    ...matMuls([], [2], n, 4, 3),
    testCase('a batch with its own transpose', [[2, n, n]], (x) => matMul(x, x, { transposeB: true })),
  ],
  conv: [
    testCase('1 × 1', [[n, 3, 4, 4], [5, 3, 1, 1], [5]], (x, w, b) => conv(x, w, b)),
    testCase('3 × 3, stride 2, padded at the end', [[n, 3, 6, 6], [4, 3, 3, 3], [4]], (x, w, b) =>
      conv(x, w, b, { stride: 2, padding: { before: 0, after: 1 } }),
    ),
    testCase('3 × 3, stride 2, with an unread row', [[n, 2, 4, 6], [4, 2, 3, 3], [4]], (x, w, b) =>
      conv(x, w, b, { stride: 2 }),
    ),
    testCase('one group per channel', [[n, 4, 5, 5], [4, 1, 3, 3], [4]], (x, w, b) =>
      conv(x, w, b, { padding: { before: 1, after: 1 }, groups: 4 }),
    ),
    testCase('two groups, different numbers of channels', [[n, 4, 3, 3], [6, 2, 1, 1], [6]], (x, w, b) =>
      conv(x, w, b, { groups: 2 }),
    ),
  ],
  depthwiseConv: depthwiseSettings.map((setting) =>
    testCase(
      depthwiseTitle(setting),
      [
        [3, n, setting.side, setting.side],
        [3, 3, 3],
      ],
      (x, w) => depthwiseConv(x, w, setting),
    ),
  ),
  depthwiseConvTranspose: depthwiseSettings.map((setting) =>
    testCase(
      depthwiseTitle(setting),
      [
        [3, n, setting.sideOut, setting.sideOut],
        [3, 3, 3],
      ],
      (dy, w) => depthwiseConvTranspose(dy, w, [3, n, setting.side, setting.side], setting),
    ),
  ),
  depthwiseKernelGradient: depthwiseSettings.map((setting) =>
    testCase(
      depthwiseTitle(setting),
      [
        [3, n, setting.side, setting.side],
        [3, n, setting.sideOut, setting.sideOut],
      ],
      (x, dy) => depthwiseKernelGradient(x, dy, setting),
    ),
  ),
  add: [...broadcasts('add', add, n), testCase('to itself', [[n]], (x) => add(x, x))],
  subtract: [...broadcasts('subtract', subtract, n), testCase('from itself', [[n]], (x) => subtract(x, x))],
  multiply: [...broadcasts('multiply', multiply, n), testCase('with itself', [[n]], (x) => multiply(x, x))],
  divide: broadcasts('divide', divide, n, between(-1, 1, 'dividend'), between(0.5, 2, 'divisor')),
  equal: broadcasts('equal', equal, n, counting(3), counting(2)),
  sqrt: [testCase('positive numbers', [[n, 3]], sqrt, between(0.1, 4, 'sqrt'))],
  exp: [testCase('numbers on both sides of 0', [[n, 3]], exp)],
  clip: [
    testCase('ReLU6', [[n, 8]], (x) => clip(x, 0, 6), between(-6, 12, 'relu6')),
    testCase('ReLU', [[n, 8]], (x) => clip(x, 0, Number.POSITIVE_INFINITY), between(-6, 12, 'relu')),
    testCase('from −1 to 1', [[n, 8]], (x) => clip(x, -1, 1), between(-2, 2, 'clip')),
  ],
  logSoftmax: [
    testCase('rows', [[n, 5]], logSoftmax, between(-8, 8, 'logits')),
    testCase('the last of three axes', [[2, n, 3]], logSoftmax),
  ],
  sum: [
    testCase('the first axis', [[n, 3]], (x) => sum(x, [0])),
    testCase('all axes', [[n, 3]], (x) => sum(x, [0, 1])),
    testCase('outer and inner axes', [[2, n, 3, 2]], (x) => sum(x, [0, 3])),
  ],
  reshape: [
    testCase('to rows', [[n, 2, 3]], (x) => reshape(x, [n, 6])),
    testCase('to a scalar', [[1, 1]], (x) => reshape(x, [])),
  ],
  transpose: [
    testCase('a matrix', [[n, 3]], (x) => transpose(x, [1, 0])),
    testCase('channels outermost', [[n, 2, 3, 4]], (x) => transpose(x, [1, 0, 2, 3])),
    testCase('an order that is not its own inverse', [[n, 2, 3]], (x) => transpose(x, [1, 2, 0])),
  ],
  slice: [
    testCase('every second column', [[n, 5]], (x) => slice(x, [0, 1], [1, 2], [n, 2])),
    testCase('backwards to the first', [[n, 4]], (x) => slice(x, [0, 3], [1, -1], [n, 4])),
    testCase('backwards from within, by two', [[n, 6]], (x) => slice(x, [0, 4], [1, -2], [n, 2])),
  ],
  pad: [
    testCase('at the end', [[2, n, 3, 3]], (x) => pad(x, { before: 0, after: 1 })),
    testCase('at both ends', [[n, 3]], (x) => pad(x, { before: 2, after: 1 })),
  ],
  concat: [
    testCase(
      'three along the first axis',
      [
        [n, 2],
        [1, 2],
        [2, 2],
      ],
      (...parts) => concat(parts, 0),
    ),
    testCase(
      'two along the last axis',
      [
        [n, 2],
        [n, 3],
      ],
      (...parts) => concat(parts, 1),
    ),
  ],
  broadcast: [
    testCase('a scalar', [[]], (x) => broadcast(x, [n, 3])),
    testCase('a column', [[n, 1]], (x) => broadcast(x, [2, n, 3])),
  ],
});

/** The small network with all its inputs, for n images. */
export const smallNetworkCase = (n: number): Case =>
  testCase(
    'a small network',
    [[n, 2, 4, 4], ...smallNetworkShapes],
    (images, ...parameters) => smallNetwork(images!, parameters),
    between(-8, 8, 'images'),
  );
