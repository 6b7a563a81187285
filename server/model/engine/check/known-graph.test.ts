import { expect, it } from 'vitest';
import type { Engine } from '@/server/model/engine/engine.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { interpret } from '@/server/model/graph/interpret.test-helper.ts';
import { findWrongResult, knownGraph } from './known-graph.ts';

it('the known gradients equal the float64 interpreter’s', async () => {
  const { outputs, feeds } = knownGraph();
  const rounded = Object.entries(interpret(outputs, feeds)).map(([name, values]) => [
    name,
    Array.from(values, (value) => Number(value.toPrecision(9))),
  ]);
  await expect(`${JSON.stringify(Object.fromEntries(rounded))}\n`).toMatchFileSnapshot('known-gradients.json');
});

it('finds no wrong result of an engine that computes correctly', async () => {
  expect(await findWrongResult(createOnnxRuntimeEngine())).toBeNull();
});

it.each([
  ['a number off by a thousandth', (value: number) => value * 1.01 + 0.001],
  ['nothing but NaN', () => Number.NaN],
])('finds a wrong result: %s', async (_, distort) => {
  const correct = createOnnxRuntimeEngine();
  const wrong: Engine = {
    ...correct,
    compile: async (outputs) => {
      const program = await correct.compile(outputs);
      return {
        ...program,
        run: async (inputs) => {
          const results = await program.run(inputs);
          return { ...results, 'gradient 2': results['gradient 2']!.map(distort) };
        },
      };
    },
  };
  expect(await findWrongResult(wrong)).toContain('gradient 2 of a known graph');
});
