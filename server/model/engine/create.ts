import type { EngineName } from '@/lib/config/engines.ts';
import { CodedError } from '@/server/model/errors.ts';
import type { Engine } from './engine.ts';
import { absenceOf, findGpu } from './inventory/parts.ts';

export interface EngineOptions {
  /** How many compute, on the engine `cpu`; by default all there are. */
  threads?: number;
}

/**
 * The engine of this name. Its library is loaded only here: not every system has each.
 *
 * @throws CodedError `engine-missing` where it cannot be had
 */
export async function createEngine(name: EngineName, { threads }: EngineOptions = {}): Promise<Engine> {
  try {
    return await load(name, threads);
  } catch (error) {
    const why = absenceOf(name) ?? (error instanceof Error ? error.message : String(error));
    throw new CodedError(
      'engine-missing',
      `The engine ${name} cannot run here: ${why}. Take another, or auto. All of them: npm run engines.`,
      { cause: error },
    );
  }
}

async function load(name: EngineName, threads?: number): Promise<Engine> {
  switch (name) {
    case 'cpu':
      return (await import('./onnxruntime.ts')).createOnnxRuntimeEngine(threads);
    case 'webgpu':
    case 'cuda':
      return (await import('./onnxruntime.ts')).createGpuEngine(name, findGpu()?.name ?? 'software adapter');
    case 'wasm':
      return (await import('./onnxruntime-web.ts')).createWasmEngine();
    case 'tensorflow':
      return (await import('./tfjs.ts')).createTfjsEngine();
  }
}
