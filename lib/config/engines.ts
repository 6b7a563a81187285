import { z } from 'zod';

/** The engines that can compute a run, and the results of checking them on a machine. */

export interface EngineFacts {
  /** The displayed name. */
  title: string;
  /** npm packages that provide it; the first installed one is used. */
  packages: readonly string[];
  /** The native binary a package must contain: folder, part of the file name, and whether each system has its own. */
  binary?: { folder: string; name: string; isForEachSystem: boolean };
  /** The GPU it needs, and the message if there is none. */
  gpu?: { maker: 'any' | 'NVIDIA'; missing: string };
  /** The message if the package or its binary is missing. @param system such as `linux x64` */
  missing: (system: string) => string;
  /** The engine it is a fallback for, and the message if that engine can run. */
  replaces?: { engine: string; unneeded: string };
}

const onnxRuntime = {
  packages: ['onnxruntime-node'],
  binary: { folder: 'bin', name: 'binding.node', isForEachSystem: true },
  missing: (system: string) => `onnxruntime-node has no binary for ${system}`,
};

/** Every engine and its requirements; server/model/engine/create.ts creates them. */
export const engines = {
  cpu: { ...onnxRuntime, title: 'ONNX Runtime on the CPU' },
  webgpu: {
    ...onnxRuntime,
    title: 'ONNX Runtime on any GPU, through WebGPU',
    gpu: {
      maker: 'any',
      missing: 'no GPU found; a software adapter is used only if selected explicitly: --engine webgpu',
    },
  },
  cuda: {
    ...onnxRuntime,
    title: 'ONNX Runtime on an NVIDIA GPU, through CUDA 12',
    binary: { folder: 'bin', name: 'providers_cuda', isForEachSystem: true },
    gpu: { maker: 'NVIDIA', missing: 'no NVIDIA GPU found' },
    missing: () => 'CUDA 12 provider not installed. Install it with npm run gpu',
  },
  tensorflow: {
    title: 'TensorFlow, through tfjs-node',
    packages: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
    binary: { folder: 'lib', name: 'tfjs_binding.node', isForEachSystem: false },
    missing: () => 'the TensorFlow library is not installed. Install it with npm run tensorflow',
  },
  wasm: {
    title: 'ONNX Runtime as WebAssembly, for systems without a native binary',
    packages: ['onnxruntime-web'],
    missing: () => 'onnxruntime-web is not installed. Install it with npm ci',
    replaces: { engine: 'cpu', unneeded: 'the native binary of ONNX Runtime is available and faster' },
  },
} as const satisfies Record<string, EngineFacts>;
export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as EngineName[];

/** The values of the `engine` field: an engine, or `auto` for the fastest one on the machine. */
export const engineChoices = ['auto', ...engineNames] as const;

/** The result of checking one engine; `why` says what the user can do about it. */
export const engineVerdictSchema = z.discriminatedUnion('is', [
  /** Computes correctly, at this many images per second for the requested image and batch size. */
  z.object({
    is: z.literal('able'),
    device: z.string(),
    threads: z.number().int().nullable(),
    imagesPerSecond: z.number(),
  }),
  /** A requirement is missing; the engine was not run. */
  z.object({ is: z.literal('absent'), why: z.string() }),
  /** The engine was run and crashed, hung, threw, or computed wrong results. */
  z.object({ is: z.literal('unfit'), why: z.string() }),
]);
export type EngineVerdict = z.infer<typeof engineVerdictSchema>;

/** The results for the engines checked so far. */
export const engineVerdictsSchema = z.partialRecord(z.enum(engineNames), engineVerdictSchema);
export type EngineVerdicts = z.infer<typeof engineVerdictsSchema>;

/** The fastest engine that computes correctly; null if there is none. */
export function fastestEngine(verdicts: EngineVerdicts): EngineName | null {
  const speedOf = (name: EngineName) => {
    const verdict = verdicts[name];
    return verdict?.is === 'able' ? verdict.imagesPerSecond : 0;
  };
  return engineNames.reduce<EngineName | null>(
    (best, name) => (speedOf(name) > (best ? speedOf(best) : 0) ? name : best),
    null,
  );
}
