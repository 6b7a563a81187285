import { describe, expect, it } from 'vitest';
import { gradients } from './gradient.ts';
import { interpret } from './interpret.test-helper.ts';
import { type Node, type Operation, topologicalOrder } from './node.ts';
import { between, type Case, operationCases, smallNetworkCase } from './operation-cases.test-helper.ts';
import { constant, conv, exp, input, matMul, multiply, reshape, sum } from './operations.ts';

/** A scalar that depends on every element of y, on each by another weight. */
function lossOf({ title, y }: Case): Node {
  const weighted = multiply(y, constant(between(-1, 1, title, 'weights')(y.shape), y.shape));
  return y.shape.length === 0 ? weighted : reshape(sum(weighted, [...y.shape.keys()]), []);
}

/** (loss(x + h) − loss(x − h)) / 2h, for each element of each input. */
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

function expectGradients(use: Case, loss: Node): void {
  const towards = gradients(loss, use.inputs);
  const names = Object.keys(use.feeds);
  const results = interpret(Object.fromEntries(names.map((name, index) => [name, towards[index]!])), use.feeds);
  const differences = centralDifferences(loss, use.feeds);
  for (const [index, name] of names.entries()) {
    expect(towards[index]!.shape).toEqual(use.inputs[index]!.shape);
    const errors = differences[name]!.map((due, at) => Math.abs(results[name]![at]! - due) / (1 + Math.abs(due)));
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

const cases = Object.entries(operationCases(3)).flatMap(([type, uses]) =>
  uses.map((use) => ({ type: type as Operation['type'], title: use.title, use })),
);
const oneWithABatch = (use: Case) =>
  use.y.operation.type === 'matMul' && use.inputs[0]!.shape.length !== use.inputs.at(-1)!.shape.length;
const differentiable = cases.filter(({ type, use }) => !withoutRule.includes(type) && !oneWithABatch(use));

describe('gradients', () => {
  it.each(differentiable)('$type, $title: agrees with central differences', ({ use }) => {
    expectGradients(use, lossOf(use));
  });

  it('of a network agree with central differences', () => {
    const network = smallNetworkCase(3);
    expectGradients(network, network.y);
  });

  it('adds up what comes back along two paths', () => {
    const x = input('x', [2]);
    const loss = reshape(sum(multiply(exp(x), x), [0]), []);
    const { dx } = interpret({ dx: gradients(loss, [x])[0]! }, { x: Float64Array.of(0, 2) });
    expect([...dx!]).toEqual([1, 3 * Math.exp(2)]);
  });

  it('are those of a node within the graph too', () => {
    const images = input('x', [1, 1, 2, 2]);
    const y = conv(images, input('kernel', [1, 1, 1, 1]), input('bias', [1]));
    const loss = reshape(sum(multiply(y, y), [0, 1, 2, 3]), []);
    const feeds = { x: Float64Array.of(1, 2, 3, 4), kernel: Float64Array.of(2), bias: Float64Array.of(1) };
    expect([...interpret({ dy: gradients(loss, [y])[0]! }, feeds).dy!]).toEqual([6, 10, 14, 18]);
  });

  it('follows only what leads to the targets', () => {
    const images = input('images', [3, 2, 1, 1]);
    const frozen = reshape(conv(images, input('kernel', [4, 2, 1, 1]), input('bias', [4])), [3, 4]);
    const weights = input('weights', [4, 2]);
    const loss = reshape(sum(matMul(frozen, weights), [0, 1]), []);
    const [towards] = gradients(loss, [weights]);
    // The frozen convolution is used, not differentiated, and the weights themselves are not needed.
    const needed = topologicalOrder([towards!]);
    expect(needed).toContain(frozen);
    expect(needed).not.toContain(weights);
  });

  it.each(cases.filter(({ type }) => withoutRule.includes(type)))(
    '$type, $title: says that it has no gradient',
    ({ type, use }) => {
      expect(() => gradients(lossOf(use), use.inputs)).toThrow(`${type} has no gradient`);
    },
  );

  it.each(cases.filter(({ use }) => oneWithABatch(use)))('$type, $title: says that it has no gradient', ({ use }) => {
    expect(() => gradients(lossOf(use), use.inputs)).toThrow('matMul of one with a batch has no gradient');
  });

  it('needs a scalar loss', () => {
    const x = input('x', [1]);
    expect(() => gradients(exp(x), [x])).toThrow('the loss must be a scalar, not of shape [1]');
  });

  it('needs a loss that depends on every target', () => {
    const [x, other] = [input('x', []), input('other', [])];
    expect(() => gradients(exp(x), [x, other])).toThrow('the loss does not depend on every target');
  });
});
