import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { TrainerError } from './errors.ts';
import type { Parameters } from './network/head.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** What is left of a run when its process is gone: `checkpoint.safetensors` in its folder, replaced after every epoch. */

const stateSchema = z.object({
  stage: z.union([z.literal(1), z.literal(2)]),
  /** From 1, within the stage, as is the best. */
  epoch: z.number().int().positive(),
  bestEpoch: z.number().int().positive(),
});

export interface Checkpoint extends z.infer<typeof stateSchema> {
  /** The head, and in stage 2 the trained kernels, by name: after `epoch`. In the file, `last/…`. */
  last: Parameters;
  /** The same after `bestEpoch`. In the file, `best/…`, where that is another epoch. */
  best: Parameters;
}

export const checkpointFile = (runFolder: string): string => path.join(runFolder, 'checkpoint.safetensors');

export async function writeCheckpoint(file: string, { last, best, ...state }: Checkpoint): Promise<void> {
  const groups = state.bestEpoch === state.epoch ? { last } : { last, best };
  const tensors = Object.entries(groups).flatMap(([group, parameters]) =>
    [...parameters].map(([name, values]): [string, Float32Array] => [`${group}/${name}`, values]),
  );
  await writeSafetensors(file, { metadata: { state: JSON.stringify(state) }, tensors: new Map(tensors) });
}

/** @throws TrainerError `checkpoint-missing`, `checkpoint-damaged` */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  if (!existsSync(file)) {
    throw new TrainerError('checkpoint-missing', 'The weights of this run’s last whole epoch were not kept.');
  }
  try {
    const { metadata, tensors } = await readSafetensors(file);
    const state = stateSchema.parse(JSON.parse(metadata.state ?? ''));
    const group = (prefix: string): Parameters =>
      new Map(
        [...tensors]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, values]) => [name.slice(prefix.length), values]),
      );
    const last = group('last/');
    return { ...state, last, best: state.bestEpoch === state.epoch ? last : group('best/') };
  } catch (cause) {
    throw new TrainerError('checkpoint-damaged', `${file} is no whole checkpoint: nothing can be made of it.`, {
      cause,
    });
  }
}
