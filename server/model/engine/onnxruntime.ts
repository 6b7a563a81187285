import os from 'node:os';
import * as onnxruntime from 'onnxruntime-node';
import { encodeOnnx } from '@/server/model/graph/encode-onnx.ts';
import type { Outputs } from '@/server/model/graph/node.ts';
import type { Engine, Program } from './engine.ts';
import { fingerprintOf } from './fingerprint.ts';
import { processorName } from './inventory/processor.ts';
import { onnxProgram } from './onnx-program.ts';

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
    fingerprint: fingerprintOf('onnxruntime', onnxruntime.env.versions.node ?? '', cpu, threads),
    compile: (outputs) => compile(outputs, { executionProviders: ['cpu'], intraOpNumThreads: threads }),
  };
}

/**
 * The same on a GPU: of any maker by WebGPU, of NVIDIA's by CUDA 12. What a provider has no kernel for runs on the CPU.
 *
 * @param device what it is called, as far as that can be found out: ONNX Runtime itself does not tell.
 */
export function createGpuEngine(provider: 'webgpu' | 'cuda', device: string): Engine {
  return {
    name: provider,
    device,
    threads: null,
    fingerprint: fingerprintOf('onnxruntime', onnxruntime.env.versions.node ?? '', provider, device),
    compile: (outputs) => compile(outputs, { executionProviders: [provider, 'cpu'] }),
  };
}

/**
 * Each session has threads of its own, which spin while they wait for work. After a run they would go on for a while, in case
 * the next one comes at once; but the next one is another session's, since frozen part and tail take turns, on the same
 * cores. Within a run they give up after microseconds that hardly ever pass where cores are free: where something else
 * works on them, it is that which is waited for, and spinning keeps it from its end.
 */
const spinning = { session: { force_spinning_stop: '1', intra_op: { spin_duration_us: '100' } } };

async function compile(outputs: Outputs, options: onnxruntime.InferenceSession.SessionOptions): Promise<Program> {
  const session = await onnxruntime.InferenceSession.create(encodeOnnx(outputs), {
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    extra: spinning,
    ...options,
  });
  return onnxProgram(outputs, session, onnxruntime.Tensor);
}
