import type { EngineName } from '@/lib/config/engines.ts';
import { CodedError } from '@/server/model/errors.ts';
import type { Engine } from './engine.ts';
import { findGpu, unavailableReason } from './inventory/parts.ts';

export interface EngineOptions {
  /** Number of compute threads of the engine `cpu`; by default one per available core. */
  threads?: number;
}

/**
 * Creates the engine with this name. Imports its library on demand, because not every system has all of them.
 *
 * @throws CodedError `engine-missing` if it cannot run on this machine
 */
export async function createEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  try {
    return await loaders[name](options);
  } catch (error) {
    const why = unavailableReason(name) ?? (error instanceof Error ? error.message : String(error));
    throw new CodedError(
      'engine-missing',
      `The engine ${name} cannot run on this machine: ${why}. Choose another one or auto. To list all engines: npm run engines.`,
      { cause: error },
    );
  }
}

const loaders: Record<EngineName, (options: EngineOptions) => Promise<Engine>> = {
  cpu: async ({ threads }) => (await import('./onnxruntime.ts')).createOnnxRuntimeEngine(threads),
  webgpu: async () => (await import('./onnxruntime.ts')).createGpuEngine('webgpu', gpuName()),
  cuda: async () => (await import('./onnxruntime.ts')).createGpuEngine('cuda', gpuName()),
  tensorflow: async () => (await import('./tfjs.ts')).createTfjsEngine(),
  wasm: async () => (await import('./onnxruntime-web.ts')).createWasmEngine(),
};

const gpuName = (): string => findGpu()?.name ?? 'software adapter';
