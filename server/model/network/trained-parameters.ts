import { readSafetensors } from '@/server/model/files/safetensors.ts';
import type { Parameters } from './head.ts';

/**
 * Prefixes of parameter names in a checkpoint: those of the last epoch, and those of the best epoch if it is a different
 * one.
 */
export const parameterGroups = { last: 'last/', best: 'best/' } as const;

/** The tensors whose names begin with a prefix, by their names without it. */
export const tensorsBelow = (prefix: string, tensors: ReadonlyMap<string, Float32Array>): Parameters =>
  new Map(
    [...tensors].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [])),
  );

/**
 * Reads the best epoch's head and trained kernels, by Keras' names. Together with the base's weights they are the complete
 * trained model.
 * @param file a run's `checkpoint.safetensors`
 * @throws Error if the file is missing or incomplete
 */
export async function readTrainedParameters(file: string): Promise<Parameters> {
  const { tensors } = await readSafetensors(file);
  const best = tensorsBelow(parameterGroups.best, tensors);
  return best.size > 0 ? best : tensorsBelow(parameterGroups.last, tensors);
}
