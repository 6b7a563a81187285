import type * as onnxruntime from 'onnxruntime-node';
import type { Outputs } from '@/server/model/graph/node.ts';
import type { Program } from './engine.ts';
import { inputShapes, makeFeeds } from './feeds.ts';

/** A session of ONNX Runtime, native or WebAssembly, as the program of the graph that it was made from. */
export function onnxProgram(
  outputs: Outputs,
  session: onnxruntime.InferenceSession,
  Tensor: typeof onnxruntime.Tensor,
): Program {
  const shapes = inputShapes(outputs);
  return {
    async run(inputs) {
      const results = await session.run(makeFeeds(shapes, inputs, (data, shape) => new Tensor('float32', data, shape)));
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
    },
    release: () => session.release(),
  };
}
