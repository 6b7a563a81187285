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
 * Everything a run needs to resume as if it had never stopped: `checkpoint.safetensors` in its folder, replaced after every
 * epoch; the previous checkpoint is retained. Random numbers depend only on the seed and the epoch's number, so no generator
 * state is saved.
 */

/** The state of training after an epoch. */
const fitStateSchema = z.object({
  stage: z.union([z.literal(1), z.literal(2)]),
  /** `epoch` and `bestEpoch` count from 1 within the stage. */
  epoch: z.number().int().positive(),
  bestEpoch: z.number().int().positive(),
  /** The learning rate of the next epoch. */
  learningRate: z.number(),
  earlyStopping: earlyStoppingStateSchema,
  reduceLrOnPlateau: plateauStateSchema,
});

/** The state of the run. */
const runStateSchema = z.object({
  /** All events so far including this epoch's, except `progress`. */
  told: z.array(runEventSchema),
  /** Seconds in each phase so far. */
  spent: z.object({ features: z.number(), head: z.number(), finetune: z.number() }),
  featuresCached: z.boolean(),
  /** Accuracies after stage 1; null during stage 1. */
  stage1: z.object({ val_stage1: z.number(), test_stage1: z.number() }).nullable(),
});

const stateSchema = fitStateSchema.extend(runStateSchema.shape).extend({ optimizerSteps: z.number().int() });

export interface FitState extends z.infer<typeof fitStateSchema> {
  /** Weights of the head, and in stage 2 of the trained conv layers, after `epoch`; `last/…` in the file. */
  last: Parameters;
  /** The same after `bestEpoch`; `best/…` in the file, if that is a different epoch. */
  best: Parameters;
  /** Its slots are `optimizer/…` in the file. */
  optimizer: OptimizerState;
}
export type RunState = z.infer<typeof runStateSchema>;
export type Checkpoint = FitState & RunState;

/** Prefix of the optimizer's tensors in the file. */
const slotGroup = 'optimizer/';

const newestFile = (runFolder: string) => path.join(runFolder, 'checkpoint.safetensors');
const previousFile = (runFolder: string) => path.join(runFolder, 'checkpoint-before.safetensors');
const nextFile = (runFolder: string) => path.join(runFolder, 'checkpoint-next.safetensors');

/** None of the three files is ever partial, and at any moment at least one of them is a complete checkpoint. */
export async function writeCheckpoint(runFolder: string, checkpoint: Checkpoint): Promise<void> {
  const { last, best, optimizer, ...state } = checkpoint;
  const groups: [prefix: string, values: Parameters][] = [[parameterGroups.last, last]];
  if (state.bestEpoch !== state.epoch) groups.push([parameterGroups.best, best]);
  groups.push([slotGroup, optimizer.slots]);
  const tensors = groups.flatMap(([prefix, values]) =>
    [...values].map(([name, data]): [string, Float32Array] => [`${prefix}${name}`, data]),
  );
  const text = JSON.stringify({ ...state, optimizerSteps: optimizer.steps });
  await writeSafetensors(nextFile(runFolder), { metadata: { state: text }, tensors: new Map(tensors) });
  if (existsSync(newestFile(runFolder))) await rename(newestFile(runFolder), previousFile(runFolder));
  await rename(nextFile(runFolder), newestFile(runFolder));
}

/**
 * Reads the newest checkpoint, or the previous one if that is damaged.
 * @throws CodedError `checkpoint-missing`, `checkpoint-damaged`
 */
export async function readCheckpoint(runFolder: string): Promise<Checkpoint> {
  const files = [newestFile(runFolder), previousFile(runFolder)].filter((file) => existsSync(file));
  let cause: unknown;
  for (const file of files) {
    try {
      return await read(file);
    } catch (error) {
      cause ??= error;
      console.error(`${file} is not a complete checkpoint: ${error instanceof Error ? error.message : error}`);
    }
  }
  if (files.length === 0) {
    throw new CodedError('checkpoint-missing', 'This run has no checkpoint: its weights were not saved.');
  }
  throw new CodedError('checkpoint-damaged', `${files[0]} is damaged and cannot be read.`, { cause });
}

/** Deletes the previous checkpoint of a completed run; the newest one suffices to train it further. */
export async function deletePreviousCheckpoint(runFolder: string): Promise<void> {
  if (existsSync(newestFile(runFolder))) await rm(previousFile(runFolder), { force: true });
}

async function read(file: string): Promise<Checkpoint> {
  const { metadata, tensors } = await readSafetensors(file);
  const { optimizerSteps, ...state } = stateSchema.parse(JSON.parse(metadata.state ?? ''));
  const last = tensorsBelow(parameterGroups.last, tensors);
  const best = state.bestEpoch === state.epoch ? last : tensorsBelow(parameterGroups.best, tensors);
  return { ...state, last, best, optimizer: { steps: optimizerSteps, slots: tensorsBelow(slotGroup, tensors) } };
}
