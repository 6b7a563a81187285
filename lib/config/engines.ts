import { z } from 'zod';

/** What can compute a run, and what is known of each on this machine. */

export const engineNames = ['cpu', 'webgpu', 'cuda', 'tensorflow', 'wasm'] as const;
export type EngineName = (typeof engineNames)[number];

/** What a run may ask for: one of them, or the best that the machine has. */
export const engineChoices = ['auto', ...engineNames] as const;

/** What each is, for people. */
export const engineTitles: Record<EngineName, string> = {
  cpu: 'ONNX Runtime on the processor',
  webgpu: 'ONNX Runtime on any GPU, by WebGPU',
  cuda: 'ONNX Runtime on an NVIDIA GPU, by CUDA 12',
  tensorflow: 'TensorFlow, by tfjs-node',
  wasm: 'ONNX Runtime as WebAssembly, where it has no binary',
};

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
