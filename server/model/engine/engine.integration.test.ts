import { describe, expect, it } from 'vitest';
import { gradients } from '@/server/model/graph/gradient.ts';
import { interpret } from '@/server/model/graph/interpret.test-helper.ts';
import type { Outputs, Shape } from '@/server/model/graph/node.ts';
import {
  between,
  type Case,
  operationCases,
  smallNetworkCase,
} from '@/server/model/graph/operation-cases.test-helper.ts';
import { add, clip, constant, conv, exp, input, sum } from '@/server/model/graph/operations.ts';
import type { Engine, Tensors } from './engine.ts';
import { otherEngines } from './engines.test-helper.ts';
import { createOnnxRuntimeEngine } from './onnxruntime.ts';

const engines: [name: string, Engine][] = [['cpu', createOnnxRuntimeEngine()], ...otherEngines];

describe.each(engines)('%s', (_, engine) => {
  async function compute(outputs: Outputs, feeds: Tensors): Promise<Tensors> {
    const program = await engine.compile(outputs);
    const results = await program.run(feeds);
    await program.release();
    return results;
  }

  /** Expects the interpreter's results within float32 rounding, relative to the largest number of each tensor. */
  async function expectInterpreterResults(outputs: Outputs, feeds: Tensors, tolerance = 1e-5): Promise<void> {
    const [results, expected] = [await compute(outputs, feeds), interpret(outputs, feeds)];
    for (const [name, numbers] of Object.entries(expected)) {
      expect(results[name]).toHaveLength(numbers.length);
      const largest = numbers.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
      const error = numbers.reduce((max, x, at) => Math.max(max, Math.abs(results[name]![at]! - x)), 0);
      expect(error, `${name}, up to ${largest}`).toBeLessThanOrEqual(tolerance * largest);
    }
  }

  const gradientsOf = ({ y, inputs }: Case): Outputs =>
    Object.fromEntries(gradients(y, inputs).map((gradient, index) => [`gradient ${index}`, gradient]));

  /** The frozen part's operations, with constant kernels and enough channels that engines use their internal layouts. */
  function frozenBlock(images: number): Outputs {
    const weights = (name: string, ...shape: Shape) => constant(between(-0.5, 0.5, name)(shape), shape);
    const x = input('x', [images, 16, 6, 6]);
    const expanded = clip(conv(x, weights('expand', 32, 16, 1, 1), weights('b1', 32)), 0, 6);
    const depthwise = conv(expanded, weights('depthwise', 32, 1, 3, 3), weights('b2', 32), {
      padding: { before: 1, after: 1 },
      groups: 32,
    });
    const projected = conv(clip(depthwise, 0, 6), weights('project', 16, 32, 1, 1), weights('b3', 16));
    const down = conv(add(x, projected), weights('down', 24, 16, 3, 3), weights('b4', 24), {
      stride: 2,
      padding: { before: 0, after: 1 },
    });
    return { down, pooled: sum(down, [2, 3]) };
  }

  describe.each([1, 3, 8])('with a batch size of %i', (n) => {
    const cases = Object.entries(operationCases(n)).flatMap(([type, typeCases]) =>
      typeCases.map((testCase) => ({ type, ...testCase })),
    );

    it.each(cases)('$type, $title', ({ y, feeds }) => expectInterpreterResults({ y }, feeds));

    it('a frozen block', () =>
      expectInterpreterResults(frozenBlock(n), { x: between(-1, 1, 'images')([n, 16, 6, 6]) }));
  });

  // Not 1: batch normalization maps a batch of one to zeros.
  it.each([2, 5, 8])('loss and gradients of a network, with a batch size of %i', async (n) => {
    const network = smallNetworkCase(n);
    await expectInterpreterResults({ loss: network.y, ...gradientsOf(network) }, network.feeds);
  });

  describe('a program', () => {
    const x = input('x', [2, 3]);
    const numbers = Float32Array.of(0, 1, 2, 3, 4, 5);

    it('does not modify its inputs or earlier results', async () => {
      const program = await engine.compile({ y: add(x, x) });
      const feed = numbers.slice();
      const first = await program.run({ x: feed });
      const second = await program.run({ x: new Float32Array(6).fill(7) });
      expect(feed).toEqual(numbers);
      expect([...first.y!]).toEqual([0, 2, 4, 6, 8, 10]);
      expect([...second.y!]).toEqual([14, 14, 14, 14, 14, 14]);
      await program.release();
    });

    it('returns bit-identical results each time', async () => {
      const network = smallNetworkCase(5);
      const outputs = { loss: network.y, ...gradientsOf(network) };
      expect(await compute(outputs, network.feeds)).toEqual(await compute(outputs, network.feeds));
    });

    it('can return an input, a constant, a scalar, and one node under two names', async () => {
      const y = exp(x);
      const outputs = { same: x, two: constant(Float32Array.of(1, 2), [2]), total: sum(x, [0, 1]), y, again: y };
      await expectInterpreterResults(outputs, { x: numbers });
      expect(Object.keys(await compute(outputs, { x: numbers }))).toEqual(Object.keys(outputs));
    });

    it('names the input that is missing or has the wrong size', async () => {
      const program = await engine.compile({ y: exp(x) });
      await expect(program.run({})).rejects.toThrow('input x has no numbers; its shape [2,3] needs 6');
      await expect(program.run({ x: new Float32Array(5) })).rejects.toThrow('input x has 5 numbers');
      await program.release();
    });

    it('cannot have two inputs with the same name', async () => {
      await expect(engine.compile({ y: add(x, input('x', [3])) })).rejects.toThrow('two inputs are named x');
    });
  });
});

describe('the CPU engine', () => {
  it('reports its device and threads, and a fingerprint that depends on them', () => {
    const single = createOnnxRuntimeEngine(1);
    expect(single).toMatchObject({ name: 'cpu', threads: 1 });
    expect(single.device).not.toBe('');
    expect(single.fingerprint).toMatch(/^[0-9a-f]{12}$/);
    expect(single.fingerprint).toBe(createOnnxRuntimeEngine(1).fingerprint);
    expect(single.fingerprint).not.toBe(createOnnxRuntimeEngine(2).fingerprint);
  });
});
