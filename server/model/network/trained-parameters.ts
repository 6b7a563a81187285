import { readSafetensors } from '@/server/model/files/safetensors.ts';
import type { Parameters } from './head.ts';

/** How a checkpoint's file names what was trained: the parameters of the last epoch, and of the best where that is another. */
export const parameterGroups = { last: 'last/', best: 'best/' } as const;

/** The tensors whose names begin with a prefix, by the rest of their names. */
export const tensorsBelow = (prefix: string, tensors: ReadonlyMap<string, Float32Array>): Parameters =>
  new Map(
    [...tensors].flatMap(([name, values]) => (name.startsWith(prefix) ? [[name.slice(prefix.length), values]] : [])),
  );

/**
 * The head and the trained kernels of the best epoch, by Keras' names: with the weights of the base, all that a trained
 * model is.
 * @param file a run's `checkpoint.safetensors`
 * @throws Error where it is not there or not whole
 */
export async function readTrainedParameters(file: string): Promise<Parameters> {
  const { tensors } = await readSafetensors(file);
  const best = tensorsBelow(parameterGroups.best, tensors);
  return best.size > 0 ? best : tensorsBelow(parameterGroups.last, tensors);
}
