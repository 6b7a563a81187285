import type * as onnxruntime from 'onnxruntime-node';
import type { Outputs } from '@/server/model/graph/node.ts';
import type { Program } from './engine.ts';
import { inputShapes, makeFeeds } from './feeds.ts';

/** Wraps an ONNX Runtime session, native or WebAssembly, as a program. @param outputs the graph that the session runs */
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
