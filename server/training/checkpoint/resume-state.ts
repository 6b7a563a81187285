import { CodedError } from '@/server/model/errors.ts';
import { type FitState, type RunState, readCheckpoint } from './checkpoint.ts';

/** A checkpoint, split into the state of training and the state of the run. */
export interface FoundCheckpoint {
  fit: FitState;
  run: RunState;
}

/** Reads a run's checkpoint; null if none is readable, so that the run restarts, with the same results. */
export async function findCheckpoint(folder: string): Promise<FoundCheckpoint | null> {
  try {
    const { told, spent, featuresCached, stage1, ...fit } = await readCheckpoint(folder);
    return { fit, run: { told, spent, featuresCached, stage1 } };
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

export const initialState = (): RunState => ({
  told: [],
  spent: { features: 0, head: 0, finetune: 0 },
  featuresCached: false,
  stage1: null,
});
