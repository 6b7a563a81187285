import { describe, expect, it } from 'vitest';
import { interpret } from './interpret.test-helper.ts';
import { type Node, type Shape, sizeOf, topologicalOrder } from './node.ts';
import { operationCases } from './operation-cases.test-helper.ts';
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
  exp,
  input,
  logSoftmax,
  matMul,
  multiply,
  pad,
  reshape,
  scalar,
  slice,
  sum,
  transpose,
} from './operations.ts';

const of = (...shape: Shape): Node => input('x', shape);
const padding = (before: number, after: number) => ({ before, after });

describe('shapes', () => {
  it.each<[string, Node, Shape]>([
    ['matMul', matMul(of(2, 3), of(3, 4)), [2, 4]],
    ['matMul, both transposed', matMul(of(3, 2), of(4, 3), { transposeA: true, transposeB: true }), [2, 4]],
    ['matMul of batches', matMul(of(5, 2, 3), of(5, 3, 4)), [5, 2, 4]],
    ['matMul of a matrix and a batch', matMul(of(3, 2), of(5, 3, 4), { transposeA: true }), [5, 2, 4]],
    ['conv', conv(of(2, 3, 7, 5), of(8, 3, 3, 3), of(8)), [2, 8, 5, 3]],
    [
      'conv, stride 2',
      conv(of(2, 3, 8, 8), of(8, 3, 3, 3), of(8), { stride: 2, padding: padding(0, 1) }),
      [2, 8, 4, 4],
    ],
    ['conv in groups', conv(of(2, 4, 5, 5), of(6, 2, 1, 1), of(6), { groups: 2 }), [2, 6, 5, 5]],
    ['depthwiseConv', depthwiseConv(of(8, 2, 6, 4), of(8, 3, 3), { stride: 2, padding: padding(0, 1) }), [8, 2, 3, 2]],
    ['add', add(of(4, 1, 3), of(2, 1)), [4, 2, 3]],
    ['add of scalars', add(scalar(1), scalar(2)), []],
    ['sum', sum(of(2, 3, 4), [0, 2]), [1, 3, 1]],
    ['reshape', reshape(of(2, 6), [3, 4]), [3, 4]],
    ['transpose', transpose(of(2, 3, 4), [2, 0, 1]), [4, 2, 3]],
    ['slice', slice(of(5, 6), [1, 5], [2, -1], [2, 6]), [2, 6]],
    ['pad', pad(of(2, 3, 4), padding(1, 2)), [2, 6, 7]],
    ['concat', concat([of(2, 3), of(4, 3)], 0), [6, 3]],
    ['broadcast', broadcast(of(3, 1), [2, 3, 4]), [2, 3, 4]],
  ])('%s', (_, { shape }, expected) => {
    expect(shape).toEqual(expected);
  });

  it('match the size of the interpreter’s result in every case', () => {
    for (const [type, cases] of Object.entries(operationCases(2))) {
      for (const { y, feeds } of cases) {
        expect(topologicalOrder([y]).map(({ operation }) => operation.type)).toContain(type);
        const result = interpret({ y }, feeds).y!;
        expect(result).toHaveLength(sizeOf(y.shape));
        expect(result.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('incompatible shapes throw when the node is created', () => {
  const [stride1, stride2] = [
    { stride: 1, padding: padding(1, 1) },
    { stride: 2, padding: padding(0, 1) },
  ];
  it.each<[string, () => Node, string]>([
    ['constant', () => constant(Float32Array.of(1, 2), [3]), 'constant: shapes [2] and [3]'],
    ['matMul, inner lengths', () => matMul(of(2, 3), of(2, 3)), 'matMul: shapes [2,3] and [2,3]'],
    ['matMul, batches', () => matMul(of(2, 3, 3), of(4, 3, 3)), 'matMul: shapes [2,3,3] and [4,3,3]'],
    ['matMul, a batch and a matrix', () => matMul(of(2, 3, 3), of(3, 3)), 'matMul: shapes [2,3,3] and [3,3]'],
    ['matMul, a vector', () => matMul(of(3), of(3, 3)), 'matMul: shapes [3] and [3,3]'],
    ['conv, channels', () => conv(of(1, 4, 5, 5), of(8, 3, 3, 3), of(8)), 'conv: shapes [1,4,5,5] and [8,3,3,3]'],
    ['conv, a kernel of three axes', () => conv(of(1, 4, 5, 5), of(8, 4, 3), of(8)), 'conv: shapes'],
    ['conv, groups', () => conv(of(1, 4, 5, 5), of(5, 2, 1, 1), of(5), { groups: 2 }), 'conv: shapes'],
    ['conv, bias', () => conv(of(1, 3, 5, 5), of(8, 3, 3, 3), of(3)), 'conv bias: shapes [8,3,3,3] and [3]'],
    ['conv, too small', () => conv(of(1, 3, 5, 2), of(8, 3, 3, 3), of(8)), 'a side and its kernel: shapes [2] and [3]'],
    ['depthwiseConv', () => depthwiseConv(of(4, 1, 5, 5), of(3, 3, 3), stride1), 'depthwiseConv: shapes'],
    [
      'depthwiseConvTranspose, kernels',
      () => depthwiseConvTranspose(of(4, 1, 5, 5), of(3, 3, 3), [4, 1, 5, 5], stride1),
      'depthwiseConvTranspose: shapes [3,3,3] and [4,1,5,5]',
    ],
    [
      'depthwiseConvTranspose, sides',
      () => depthwiseConvTranspose(of(4, 1, 2, 2), of(4, 3, 3), [4, 1, 6, 6], stride2),
      'depthwiseConvTranspose: shapes [4,1,2,2] and [4,1,6,6]',
    ],
    [
      'depthwiseKernelGradient, images',
      () => depthwiseKernelGradient(of(4, 2, 4, 4), of(4, 1, 2, 2), stride2),
      'depthwiseKernelGradient: shapes [4,2,4,4] and [4,1,2,2]',
    ],
    [
      'depthwiseKernelGradient, a row never read',
      () => depthwiseKernelGradient(of(4, 1, 5, 5), of(4, 1, 2, 2), stride2),
      'depthwiseKernelGradient: shapes [4,1,5,5] and [4,1,2,2]',
    ],
    ['add', () => add(of(2, 3), of(2)), 'add: shapes [2,3] and [2]'],
    ['logSoftmax', () => logSoftmax(scalar(1)), 'logSoftmax: shapes []'],
    ['sum, an axis out of range', () => sum(of(2, 3), [2]), 'sum: shapes [2,3] and [2]'],
    ['sum, an axis from the end', () => sum(of(2, 3), [-1]), 'sum: shapes [2,3] and [-1]'],
    ['sum, no axis', () => sum(of(2, 3), []), 'sum: shapes [2,3] and []'],
    ['reshape', () => reshape(of(2, 3), [4]), 'reshape: shapes [2,3] and [4]'],
    ['transpose, an axis twice', () => transpose(of(2, 3), [0, 0]), 'transpose: shapes [2,3] and [0,0]'],
    ['transpose, an axis out of range', () => transpose(of(2, 3), [0, 2]), 'transpose: shapes [2,3] and [0,2]'],
    ['slice, past the end', () => slice(of(5), [1], [2], [3]), 'slice: shapes [5] and [3]'],
    ['slice, past the beginning', () => slice(of(5), [1], [-1], [3]), 'slice: shapes [5] and [3]'],
    ['slice, from before the beginning', () => slice(of(5), [-1], [1], [3]), 'slice: shapes [5] and [3]'],
    ['slice, a missing axis', () => slice(of(5, 2), [0, 0], [1, 1], [5]), 'slice: shapes [5,2] and [5]'],
    ['pad', () => pad(of(5), padding(1, 1)), 'pad: shapes [5]'],
    ['concat, different lengths', () => concat([of(2, 3), of(2, 4)], 0), 'concat: shapes [2,3] and [2,4]'],
    ['concat, different ranks', () => concat([of(2, 3), of(2)], 1), 'concat: shapes [2,3] and [2]'],
    ['concat, nothing', () => concat([], 0), 'concat: nothing to join'],
    ['broadcast', () => broadcast(of(2, 3), [2, 1]), 'broadcast: shapes [2,3] and [2,1]'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('reshape and broadcast', () => {
  it('return the node itself if the shape stays the same', () => {
    const x = of(2, 3);
    expect(reshape(x, [2, 3])).toBe(x);
    expect(broadcast(x, [2, 3])).toBe(x);
  });
});

describe('topologicalOrder', () => {
  it('lists each node once, after its inputs', () => {
    const x = of(2);
    const left = exp(x);
    const right = clip(x, 0, 1);
    const end = multiply(left, right);
    expect(topologicalOrder([end, left])).toEqual([x, left, right, end]);
  });
});

/** All other tests trust the interpreter, so it is checked against numbers computed by hand. */
describe('interpret', () => {
  const ramp = (shape: Shape) =>
    constant(
      Float32Array.from({ length: sizeOf(shape) }, (_, at) => at + 1),
      shape,
    );
  const numbers = (y: Node) => [...interpret({ y }, {}).y!];

  it.each<[string, Node, number[]]>([
    ['matMul', matMul(ramp([2, 2]), ramp([2, 2])), [7, 10, 15, 22]],
    ['matMul, left transposed', matMul(ramp([2, 2]), ramp([2, 2]), { transposeA: true }), [10, 14, 14, 20]],
    ['matMul, right transposed', matMul(ramp([2, 2]), ramp([2, 2]), { transposeB: true }), [5, 11, 11, 25]],
    ['matMul of a matrix and a batch', matMul(ramp([1, 2]), ramp([2, 2, 1])), [5, 11]],
    [
      'conv: kernel not flipped, bias added, zero padding at the end',
      conv(ramp([1, 1, 2, 2]), ramp([1, 1, 2, 2]), ramp([1]), { padding: padding(0, 1) }),
      [1 * 1 + 2 * 2 + 3 * 3 + 4 * 4 + 1, 2 * 1 + 4 * 3 + 1, 3 * 1 + 4 * 2 + 1, 4 * 1 + 1],
    ],
    ['conv in groups', conv(ramp([1, 2, 1, 1]), ramp([4, 1, 1, 1]), ramp([4]), { groups: 2 }), [2, 4, 9, 12]],
    [
      'depthwiseConv',
      depthwiseConv(ramp([1, 1, 2, 2]), ramp([1, 3, 3]), { stride: 2, padding: padding(0, 1) }),
      [1 * 1 + 2 * 2 + 3 * 4 + 4 * 5],
    ],
    [
      'depthwiseConvTranspose',
      depthwiseConvTranspose(ramp([1, 1, 1, 1]), ramp([1, 3, 3]), [1, 1, 2, 2], { stride: 2, padding: padding(0, 1) }),
      [1, 2, 4, 5],
    ],
    [
      'depthwiseKernelGradient',
      depthwiseKernelGradient(ramp([1, 1, 2, 2]), ramp([1, 1, 1, 1]), { stride: 2, padding: padding(0, 1) }),
      [1, 2, 0, 3, 4, 0, 0, 0, 0],
    ],
    ['add', add(ramp([2, 1]), ramp([2])), [2, 3, 3, 4]],
    ['clip', clip(ramp([4]), 2, 3), [2, 2, 3, 3]],
    ['logSoftmax', logSoftmax(constant(new Float32Array(2), [1, 2])), [-Math.LN2, -Math.LN2]],
    ['sum', sum(ramp([2, 2, 2]), [0, 2]), [1 + 2 + 5 + 6, 3 + 4 + 7 + 8]],
    ['transpose', transpose(ramp([2, 1, 3]), [2, 0, 1]), [1, 4, 2, 5, 3, 6]],
    ['slice', slice(ramp([2, 4]), [1, 3], [1, -2], [1, 2]), [8, 6]],
    ['pad', pad(ramp([1, 2]), padding(1, 0)), [0, 0, 0, 0, 1, 2]],
    ['concat', concat([ramp([2, 1]), ramp([2, 2])], 1), [1, 1, 2, 2, 3, 4]],
    ['broadcast', broadcast(ramp([2, 1]), [2, 2]), [1, 1, 2, 2]],
  ])('%s', (_, y, expected) => {
    expect(numbers(y)).toEqual(expected);
  });

  it('names an input that is missing or has the wrong size', () => {
    expect(() => interpret({ y: of(2) }, {})).toThrow('input x must hold 2 numbers');
    expect(() => interpret({ y: of(2) }, { x: new Float64Array(3) })).toThrow('input x must hold 2 numbers');
  });
});
