import path from 'node:path';
import { z } from 'zod';
import { readSafetensors, writeSafetensors } from '@/server/model/files/safetensors.ts';
import type { Parameters } from '@/server/model/network/head.ts';

/**
 * The result of stage 1: `stage1.safetensors` in the run's folder. Its tensors are the head's, by Keras' names; its metadata
 * is text. Written once, after stage 1; stage 2 does not change it.
 */

/** Accuracies within 0…1, as text that JavaScript and Python read as the same number. */
const share = z.coerce.number().min(0).max(1);

const metadataSchema = z.object({
  val_stage1: share,
  test_stage1: share,
  /** The epoch, from 1, whose weights the file contains, and the number of completed epochs. */
  best_epoch: z.coerce.number().int().positive(),
  epochs: z.coerce.number().int().positive(),
  /** Whether the user ended the stage before its last epoch. */
  finished_early: z.enum(['true', 'false']),
});

export interface Stage1Result {
  head: Parameters;
  scores: { val_stage1: number; test_stage1: number };
  bestEpoch: number;
  epochs: number;
  finishedEarly: boolean;
}

const fileIn = (runFolder: string) => path.join(runFolder, 'stage1.safetensors');

/** Writes the result of stage 1 atomically. */
export async function writeStage1(runFolder: string, result: Stage1Result): Promise<void> {
  const { head, scores, bestEpoch, epochs, finishedEarly } = result;
  const facts = { ...scores, best_epoch: bestEpoch, epochs, finished_early: finishedEarly };
  const metadata = Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]));
  await writeSafetensors(fileIn(runFolder), { metadata, tensors: head });
}

/** @throws Error if the file is missing, damaged or in another format */
export async function readStage1(runFolder: string): Promise<Stage1Result> {
  const { metadata, tensors } = await readSafetensors(fileIn(runFolder));
  const { best_epoch, epochs, finished_early, ...scores } = metadataSchema.parse(metadata);
  return { head: tensors, scores, bestEpoch: best_epoch, epochs, finishedEarly: finished_early === 'true' };
}

/**
 * The result of a stage 1 that the user ended after this epoch. A checkpoint alone does not show that, because it is
 * written before the request.
 * @returns null if stage 1 did not end there, or its file is unreadable
 */
export async function findFinishedStage1(runFolder: string, epoch: number): Promise<Stage1Result | null> {
  const result = await readStage1(runFolder).catch(() => null);
  return result?.finishedEarly && result.epochs === epoch ? result : null;
}
