import os from 'node:os';
import * as onnxruntime from 'onnxruntime-node';
import { encodeOnnx } from '@/server/model/graph/encode-onnx.ts';
import type { Outputs } from '@/server/model/graph/node.ts';
import type { Engine, Program } from './engine.ts';
import { fingerprintOf } from './fingerprint.ts';
import { processorName } from './inventory/processor.ts';
import { onnxProgram } from './onnx-program.ts';

/**
 * ONNX Runtime (https://onnxruntime.ai) with its CPU execution provider.
 *
 * `session.run` blocks the event loop until it returns; other work of the process runs only between steps.
 *
 * @param threads number of compute threads; results are bit-identical for the same inputs and number of threads
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
 * ONNX Runtime with a GPU execution provider: WebGPU for any GPU, CUDA 12 for NVIDIA's. Operations that the provider does
 * not implement run on the CPU.
 *
 * @param device display name of the GPU, which ONNX Runtime does not report
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
 * Limits how long idle threads spin. Each session has its own threads, which wait for work by spinning, and sessions
 * alternate on the same cores (frozen part, then tail). Spinning after a run would slow down the other session, so it
 * stops with the run. Within a run it stops after 100 µs: with free cores a wait hardly ever takes that long; with busy
 * cores, spinning delays the very work that the thread waits for.
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
