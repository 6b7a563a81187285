import { createHash } from 'node:crypto';
import os from 'node:os';
import * as onnxruntime from 'onnxruntime-node';
import { processorName } from '../../../lib/processor.ts';
import { encodeOnnx } from '../graph/onnx.ts';
import { type Outputs, sizeOf, topologicalOrder } from '../graph/operations.ts';
import type { Engine, Program, Tensors } from './engine.ts';

/**
 * ONNX Runtime's own kernels (https://onnxruntime.ai) on the CPU.
 *
 * `session.run` blocks the event loop for its whole length; only between steps does anything else of the process run.
 *
 * @param threads how many compute. Same inputs and same number: the same bits.
 */
export function createOnnxRuntimeEngine(threads = os.availableParallelism()): Engine {
  const cpu = processorName();
  return {
    name: 'cpu',
    device: cpu,
    threads,
    fingerprint: createHash('sha256')
      .update(`onnxruntime ${onnxruntime.env.versions.node} ${cpu} ${threads}`)
      .digest('hex')
      .slice(0, 12),
    compile: (outputs) => compile(outputs, threads),
  };
}

async function compile(outputs: Outputs, threads: number): Promise<Program> {
  const session = await onnxruntime.InferenceSession.create(encodeOnnx(outputs), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  const shapes = new Map(
    topologicalOrder(Object.values(outputs)).flatMap(({ operation, shape }) =>
      operation.type === 'input' ? [[operation.name, shape] as const] : [],
    ),
  );
  return {
    async run(inputs: Tensors): Promise<Tensors> {
      const feeds: Record<string, onnxruntime.Tensor> = {};
      for (const [name, shape] of shapes) {
        const data = inputs[name];
        if (data?.length !== sizeOf(shape)) {
          throw new Error(
            `input ${name} has ${data?.length ?? 'no'} numbers; its shape [${shape}] needs ${sizeOf(shape)}`,
          );
        }
        feeds[name] = new onnxruntime.Tensor('float32', data, shape);
      }
      const results = await session.run(feeds);
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
    },
    release: () => session.release(),
  };
}
