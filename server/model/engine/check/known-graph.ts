import type { Engine, Tensors } from '@/server/model/engine/engine.ts';
import { gradients } from '@/server/model/graph/gradient.ts';
import { type Node, type Outputs, type Shape, sizeOf } from '@/server/model/graph/node.ts';
import { clip, constant, conv, input } from '@/server/model/graph/operations.ts';
import { smallNetwork, smallNetworkShapes } from '@/server/model/graph/small-network.ts';
import { Random } from '@/server/model/random.ts';
import known from './known-gradients.json' with { type: 'json' };

/**
 * A small graph of everything that training is made of, whose loss and gradients are known: frozen convolutions with
 * constant kernels, then a trained part with its head and loss. No data needed.
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
  const towards = gradients(loss, parameters);
  return {
    outputs: { loss, ...Object.fromEntries(towards.map((gradient, at) => [`gradient ${at}`, gradient])) },
    feeds: {
      pixels: numbers(pixels.shape, 'pixels'),
      ...Object.fromEntries(smallNetworkShapes.map((shape, at) => [`p${at}`, numbers(shape, 'parameter', at)])),
    },
  };
}

/** Float32's rounding over so short a way is some 1e-6; TF32's would be 1e-3. */
const tolerance = 1e-4;

/** @returns what the engine computes wrongly, in words; null where all is right. */
export async function findMistake(engine: Engine): Promise<string | null> {
  const { outputs, feeds } = knownGraph();
  const program = await engine.compile(outputs);
  const results = await program.run(feeds);
  await program.release();
  for (const [name, due] of Object.entries(known)) {
    for (const [at, value] of due.entries()) {
      const found = results[name]?.[at];
      if (found === undefined || !(Math.abs(found - value) <= tolerance)) {
        return `it computes wrongly: ${name} of a known graph is ${found} where ${value} is due`;
      }
    }
  }
  return null;
}
