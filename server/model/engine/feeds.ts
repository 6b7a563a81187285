import { type Outputs, type Shape, sizeOf, topologicalOrder } from '@/server/model/graph/node.ts';
import type { Tensors } from './engine.ts';

/** The shapes of a graph's inputs, by name. */
export const inputShapes = (outputs: Outputs): Map<string, Shape> =>
  new Map(
    topologicalOrder(Object.values(outputs)).flatMap(({ operation, shape }) =>
      operation.type === 'input' ? [[operation.name, shape] as const] : [],
    ),
  );

/**
 * Converts inputs to an engine's tensors.
 *
 * @throws Error if an input is missing or its size does not match its shape
 */
export function makeFeeds<T>(
  shapes: Map<string, Shape>,
  inputs: Tensors,
  tensor: (data: Float32Array, shape: Shape) => T,
): Record<string, T> {
  const feeds: Record<string, T> = {};
  for (const [name, shape] of shapes) {
    const data = inputs[name];
    if (data?.length !== sizeOf(shape)) {
      throw new Error(`input ${name} has ${data?.length ?? 'no'} numbers; its shape [${shape}] needs ${sizeOf(shape)}`);
    }
    feeds[name] = tensor(data, shape);
  }
  return feeds;
}
