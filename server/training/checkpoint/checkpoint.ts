import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { runEventSchema } from '@/lib/run/events.ts';
import { CodedError } from '@/server/model/errors.ts';
import { readSafetensors, writeSafetensors } from '@/server/model/files/safetensors.ts';
import type { Parameters } from '@/server/model/network/head.ts';
import { parameterGroups, tensorsBelow } from '@/server/model/network/trained-parameters.ts';
import { earlyStoppingStateSchema } from '@/server/training/optimizer/early-stopping.ts';
import type { OptimizerState } from '@/server/training/optimizer/optimizer.ts';
import { plateauStateSchema } from '@/server/training/optimizer/reduce-lr-on-plateau.ts';

/**
 * All that a run needs to resume as if it had never stopped: `checkpoint.safetensors` in its folder, replaced after every
 * epoch; the one before it stays beside it. What is random is drawn from the seed and the epoch's number, so none of it has
 * a state to save.
 */

/** Where training stands after an epoch. */
const fitStateSchema = z.object({
  stage: z.union([z.literal(1), z.literal(2)]),
  /** From 1, within the stage, as is the best. */
  epoch: z.number().int().positive(),
  bestEpoch: z.number().int().positive(),
  /** The next epoch's. */
  learningRate: z.number(),
  earlyStopping: earlyStoppingStateSchema,
  reduceLrOnPlateau: plateauStateSchema,
});

/** Where its run stands. */
const runStateSchema = z.object({
  /** Every event until then, this epoch's included; `progress` is not kept. */
  told: z.array(runEventSchema),
  /** Seconds in each phase so far. */
  spent: z.object({ features: z.number(), head: z.number(), finetune: z.number() }),
  featuresCached: z.boolean(),
  /** Accuracies after stage 1, in stage 2. */
  stage1: z.object({ val_stage1: z.number(), test_stage1: z.number() }).nullable(),
});

const stateSchema = fitStateSchema.extend(runStateSchema.shape).extend({ optimizerSteps: z.number().int() });

export interface FitState extends z.infer<typeof fitStateSchema> {
  /** The head, and in stage 2 the trained kernels, by name: after `epoch`. In the file, `last/…`. */
  last: Parameters;
  /** The same after `bestEpoch`. In the file, `best/…`, where that is another epoch. */
  best: Parameters;
  /** In the file its slots are `optimizer/…`. */
  optimizer: OptimizerState;
}
export type RunState = z.infer<typeof runStateSchema>;
export type Checkpoint = FitState & RunState;

/** How its file names the optimizer's tensors. */
const slotGroup = 'optimizer/';

const newest = (runFolder: string) => path.join(runFolder, 'checkpoint.safetensors');
const before = (runFolder: string) => path.join(runFolder, 'checkpoint-before.safetensors');
const next = (runFolder: string) => path.join(runFolder, 'checkpoint-next.safetensors');

/** Under each of its three names there is never half a checkpoint, and at every moment there is a whole one. */
export async function writeCheckpoint(runFolder: string, checkpoint: Checkpoint): Promise<void> {
  const { last, best, optimizer, ...state } = checkpoint;
  const groups: [prefix: string, values: Parameters][] = [[parameterGroups.last, last]];
  if (state.bestEpoch !== state.epoch) groups.push([parameterGroups.best, best]);
  groups.push([slotGroup, optimizer.slots]);
  const tensors = groups.flatMap(([prefix, values]) =>
    [...values].map(([name, data]): [string, Float32Array] => [`${prefix}${name}`, data]),
  );
  const text = JSON.stringify({ ...state, optimizerSteps: optimizer.steps });
  await writeSafetensors(next(runFolder), { metadata: { state: text }, tensors: new Map(tensors) });
  if (existsSync(newest(runFolder))) await rename(newest(runFolder), before(runFolder));
  await rename(next(runFolder), newest(runFolder));
}

/**
 * The newest whole checkpoint; where the last one is damaged, the one before it.
 * @throws CodedError `checkpoint-missing`, `checkpoint-damaged`
 */
export async function readCheckpoint(runFolder: string): Promise<Checkpoint> {
  const files = [newest(runFolder), before(runFolder)].filter((file) => existsSync(file));
  let cause: unknown;
  for (const file of files) {
    try {
      return await read(file);
    } catch (error) {
      cause ??= error;
      console.error(`${file} is no whole checkpoint: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (files.length === 0) {
    throw new CodedError('checkpoint-missing', 'The weights of this run’s last whole epoch were not kept.');
  }
  throw new CodedError('checkpoint-damaged', `${files[0]} is no whole checkpoint: nothing can be made of it.`, {
    cause,
  });
}

/** A completed run needs only its last state, from which it can be trained further. */
export async function deletePreviousCheckpoint(runFolder: string): Promise<void> {
  if (existsSync(newest(runFolder))) await rm(before(runFolder), { force: true });
}

async function read(file: string): Promise<Checkpoint> {
  const { metadata, tensors } = await readSafetensors(file);
  const { optimizerSteps, ...state } = stateSchema.parse(JSON.parse(metadata.state ?? ''));
  const last = tensorsBelow(parameterGroups.last, tensors);
  const best = state.bestEpoch === state.epoch ? last : tensorsBelow(parameterGroups.best, tensors);
  return { ...state, last, best, optimizer: { steps: optimizerSteps, slots: tensorsBelow(slotGroup, tensors) } };
}
