import { z } from 'zod';

/** What can compute a run, and what is known of each on this machine. */

export interface EngineFacts {
  /** For people. */
  title: string;
  /** npm packages that it runs on: the first that is installed serves. */
  packages: readonly string[];
  /** A part of the name of a file that a package must have below this folder, and whether it has one for each system. */
  binary?: { folder: string; name: string; isForEachSystem: boolean };
  /** The GPU that it takes, and what to say where there is none. */
  gpu?: { maker: 'any' | 'NVIDIA'; missing: string };
  /** What to say where a package or its binary is missing. @param system `linux x64` */
  missing: (system: string) => string;
  /** It is of use only where this one cannot run, and what to say where that one can. */
  replaces?: { engine: string; unneeded: string };
}

const onnxRuntime = {
  packages: ['onnxruntime-node'],
  binary: { folder: 'bin', name: 'binding.node', isForEachSystem: true },
  missing: (system: string) => `onnxruntime-node has no binary for ${system}`,
};

/** Every engine, and what it needs of a machine; server/model/engine/create.ts has what makes each. */
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

/** What a run may ask for: one of them, or the best that the machine has. */
export const engineChoices = ['auto', ...engineNames] as const;

/** What a check of one engine found; `why` says what a person can do about it. */
export const engineVerdictSchema = z.discriminatedUnion('is', [
  /** Computes right, and trains or extracts this many images a second at the size and batch it was asked for. */
  z.object({
    is: z.literal('able'),
    device: z.string(),
    threads: z.number().int().nullable(),
    imagesPerSecond: z.number(),
  }),
  /** Something that it needs is not here; nothing was tried. */
  z.object({ is: z.literal('absent'), why: z.string() }),
  /** It was tried: it crashed, hung, threw, or computed wrongly. */
  z.object({ is: z.literal('unfit'), why: z.string() }),
]);
export type EngineVerdict = z.infer<typeof engineVerdictSchema>;

/** Of every engine, as far as it was checked. */
export const engineVerdictsSchema = z.partialRecord(z.enum(engineNames), engineVerdictSchema);
export type EngineVerdicts = z.infer<typeof engineVerdictsSchema>;

/** The fastest of those that compute right; null where there is none. */
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
