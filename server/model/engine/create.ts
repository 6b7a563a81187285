import type { EngineName } from '@/lib/config/engines.ts';
import { CodedError } from '@/server/model/errors.ts';
import type { Engine } from './engine.ts';
import { findGpu, unavailableReason } from './inventory/parts.ts';

export interface EngineOptions {
  /** How many compute, on the engine `cpu`; by default all there are. */
  threads?: number;
}

/**
 * The engine of this name. Its library is loaded only here: not every system has each.
 *
 * @throws CodedError `engine-missing` where it cannot be had
 */
export async function createEngine(name: EngineName, options: EngineOptions = {}): Promise<Engine> {
  try {
    return await loaders[name](options);
  } catch (error) {
    const why = unavailableReason(name) ?? (error instanceof Error ? error.message : String(error));
    throw new CodedError(
      'engine-missing',
      `The engine ${name} cannot run here: ${why}. Take another, or auto. All of them: npm run engines.`,
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
