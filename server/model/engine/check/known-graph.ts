import type { Engine, Tensors } from '@/server/model/engine/engine.ts';
import { gradients } from '@/server/model/graph/gradient.ts';
import { type Node, type Outputs, type Shape, sizeOf } from '@/server/model/graph/node.ts';
import { clip, constant, conv, input } from '@/server/model/graph/operations.ts';
import { smallNetwork, smallNetworkShapes } from '@/server/model/graph/small-network.ts';
import { Random } from '@/server/model/random.ts';
import known from './known-gradients.json' with { type: 'json' };

/**
 * A small graph with every operation of a training step, whose loss and gradients are known: frozen convolutions with
 * constant kernels, then a trained part with head and loss. Needs no data.
 */

const images = 4;

const numbers = (shape: Shape, ...name: (string | number)[]): Float32Array => {
  const random = new Random(42, 'known graph', ...name);
  return Float32Array.from({ length: sizeOf(shape) }, () => random.uniform(-1, 1));
};

export function knownGraph(): { outputs: Outputs; feeds: Tensors } {
  const weights = (name: string, ...shape: Shape) => constant(numbers(shape, name), shape);
  const pixels = input('pixels', [images, 3, 8, 8]);
  const stem = conv(pixels, weights('stem', 8, 3, 3, 3), weights('stem bias', 8), {
    stride: 2,
    padding: { before: 0, after: 1 },
  });
  const depthwise = conv(clip(stem, 0, 6), weights('depthwise', 8, 1, 3, 3), weights('depthwise bias', 8), {
    padding: { before: 1, after: 1 },
    groups: 8,
  });
  const frozen = conv(clip(depthwise, 0, 6), weights('project', 2, 8, 1, 1), weights('project bias', 2));
  const parameters: Node[] = smallNetworkShapes.map((shape, at) => input(`p${at}`, shape));
  const loss = smallNetwork(frozen, parameters);
  const parameterGradients = gradients(loss, parameters);
  return {
    outputs: { loss, ...Object.fromEntries(parameterGradients.map((gradient, at) => [`gradient ${at}`, gradient])) },
    feeds: {
      pixels: numbers(pixels.shape, 'pixels'),
      ...Object.fromEntries(smallNetworkShapes.map((shape, at) => [`p${at}`, numbers(shape, 'parameter', at)])),
    },
  };
}

/** For a graph this small, float32 rounding is about 1e-6; TF32's would be 1e-3. */
const tolerance = 1e-4;

/** @returns a description of the first wrong result; null if all results are correct */
export async function findWrongResult(engine: Engine): Promise<string | null> {
  const { outputs, feeds } = knownGraph();
  const program = await engine.compile(outputs);
  const results = await program.run(feeds);
  await program.release();
  for (const [name, expectedNumbers] of Object.entries(known)) {
    for (const [at, expected] of expectedNumbers.entries()) {
      const actual = results[name]?.[at];
      if (actual === undefined || !(Math.abs(actual - expected) <= tolerance)) {
        return `it computes wrong results: ${name} of a known graph is ${actual} instead of ${expected}`;
      }
    }
  }
  return null;
}
