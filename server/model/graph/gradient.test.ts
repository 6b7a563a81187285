import { describe, expect, it } from 'vitest';
import { gradients } from './gradient.ts';
import { interpret } from './interpret.test-helper.ts';
import { type Node, type Operation, topologicalOrder } from './node.ts';
import { between, type Case, operationCases, smallNetworkCase } from './operation-cases.test-helper.ts';
import { constant, conv, exp, input, matMul, multiply, reshape, sum } from './operations.ts';

/** Returns a scalar loss: the sum of y's elements, each with a different weight. */
function lossOf({ title, y }: Case): Node {
  const weighted = multiply(y, constant(between(-1, 1, title, 'weights')(y.shape), y.shape));
  return y.shape.length === 0 ? weighted : reshape(sum(weighted, [...y.shape.keys()]), []);
}

/** Computes (loss(x + h) − loss(x − h)) / 2h for each element of each input. */
function centralDifferences(loss: Node, feeds: Case['feeds']): Record<string, number[]> {
  const h = 1e-5;
  const exact = Object.fromEntries(Object.entries(feeds).map(([name, data]) => [name, Float64Array.from(data)]));
  const lossAt = (name: string, index: number, value: number) =>
    interpret({ loss }, { ...exact, [name]: exact[name]!.with(index, value) }).loss![0]!;
  return Object.fromEntries(
    Object.entries(exact).map(([name, data]) => [
      name,
      Array.from(data, (x, index) => (lossAt(name, index, x + h) - lossAt(name, index, x - h)) / (2 * h)),
    ]),
  );
}

function expectGradients({ inputs, feeds }: Case, loss: Node): void {
  const gradientNodes = gradients(loss, inputs);
  const names = Object.keys(feeds);
  const results = interpret(Object.fromEntries(names.map((name, index) => [name, gradientNodes[index]!])), feeds);
  const differences = centralDifferences(loss, feeds);
  for (const [index, name] of names.entries()) {
    expect(gradientNodes[index]!.shape).toEqual(inputs[index]!.shape);
    const errors = differences[name]!.map(
      (expected, at) => Math.abs(results[name]![at]! - expected) / (1 + Math.abs(expected)),
    );
    expect(Math.max(...errors), `gradient of ${name}`).toBeLessThan(1e-7);
  }
}

const withoutRule: Operation['type'][] = [
  'conv',
  'depthwiseConvTranspose',
  'depthwiseKernelGradient',
  'equal',
  'slice',
  'pad',
  'concat',
];

const cases = Object.entries(operationCases(3)).flatMap(([type, typeCases]) =>
  typeCases.map((testCase) => ({ type: type as Operation['type'], title: testCase.title, testCase })),
);
const multipliesMatrixAndBatch = ({ y, inputs }: Case) =>
  y.operation.type === 'matMul' && inputs[0]!.shape.length !== inputs.at(-1)!.shape.length;
const differentiable = cases.filter(
  ({ type, testCase }) => !withoutRule.includes(type) && !multipliesMatrixAndBatch(testCase),
);

describe('gradients', () => {
  it.each(differentiable)('$type, $title: agrees with central differences', ({ testCase }) => {
    expectGradients(testCase, lossOf(testCase));
  });

  it('agrees with central differences for a network', () => {
    const network = smallNetworkCase(3);
    expectGradients(network, network.y);
  });

  it('adds up the gradients of a node that is used twice', () => {
    const x = input('x', [2]);
    const loss = reshape(sum(multiply(exp(x), x), [0]), []);
    const { dx } = interpret({ dx: gradients(loss, [x])[0]! }, { x: Float64Array.of(0, 2) });
    expect([...dx!]).toEqual([1, 3 * Math.exp(2)]);
  });

  it('accepts an intermediate node as a target', () => {
    const images = input('x', [1, 1, 2, 2]);
    const y = conv(images, input('kernel', [1, 1, 1, 1]), input('bias', [1]));
    const loss = reshape(sum(multiply(y, y), [0, 1, 2, 3]), []);
    const feeds = { x: Float64Array.of(1, 2, 3, 4), kernel: Float64Array.of(2), bias: Float64Array.of(1) };
    expect([...interpret({ dy: gradients(loss, [y])[0]! }, feeds).dy!]).toEqual([6, 10, 14, 18]);
  });

  it('differentiates only operations that depend on a target', () => {
    const images = input('images', [3, 2, 1, 1]);
    const frozen = reshape(conv(images, input('kernel', [4, 2, 1, 1]), input('bias', [4])), [3, 4]);
    const weights = input('weights', [4, 2]);
    const loss = reshape(sum(matMul(frozen, weights), [0, 1]), []);
    const [gradient] = gradients(loss, [weights]);
    // The gradient needs the frozen convolution's output, but not the weights themselves.
    const needed = topologicalOrder([gradient!]);
    expect(needed).toContain(frozen);
    expect(needed).not.toContain(weights);
  });

  it.each(cases.filter(({ type }) => withoutRule.includes(type)))(
    '$type, $title: reports that it has no gradient rule',
    ({ type, testCase }) => {
      expect(() => gradients(lossOf(testCase), testCase.inputs)).toThrow(`${type} has no gradient rule`);
    },
  );

  it.each(cases.filter(({ testCase }) => multipliesMatrixAndBatch(testCase)))(
    '$type, $title: reports that it has no gradient rule',
    ({ testCase }) => {
      expect(() => gradients(lossOf(testCase), testCase.inputs)).toThrow(
        'matMul of a single matrix and a batch has no gradient rule',
      );
    },
  );

  it('requires a scalar loss', () => {
    const x = input('x', [1]);
    expect(() => gradients(exp(x), [x])).toThrow('the loss must be a scalar, not of shape [1]');
  });

  it('requires a loss that depends on every target', () => {
    const [x, other] = [input('x', []), input('other', [])];
    expect(() => gradients(exp(x), [x, other])).toThrow('the loss does not depend on every target');
  });
});
