import * as onnxruntime from 'onnxruntime-web';
import { encodeOnnx } from '@/server/model/graph/encode-onnx.ts';
import type { Engine } from './engine.ts';
import { fingerprintOf } from './fingerprint.ts';
import { processorName } from './inventory/processor.ts';
import { onnxProgram } from './onnx-program.ts';

/**
 * ONNX Runtime as WebAssembly (https://onnxruntime.ai), on one thread. Runs the same ONNX models as the native build, more
 * slowly; for systems without a native binary.
 */
export function createWasmEngine(): Engine {
  const cpu = processorName();
  onnxruntime.env.wasm.numThreads = 1;
  return {
    name: 'wasm',
    device: cpu,
    threads: 1,
    fingerprint: fingerprintOf('onnxruntime-web', onnxruntime.env.versions.web ?? '', process.version),
    async compile(outputs) {
      const session = await onnxruntime.InferenceSession.create(encodeOnnx(outputs), {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
      });
      return onnxProgram(outputs, session, onnxruntime.Tensor);
    },
  };
}
