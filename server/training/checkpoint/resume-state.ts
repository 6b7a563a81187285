import { CodedError } from '@/server/model/errors.ts';
import { type FitState, type RunState, readCheckpoint } from './checkpoint.ts';

/** Where an earlier process stopped: what it trained, and what it had reported. */
export interface FoundCheckpoint {
  fit: FitState;
  run: RunState;
}

/** A run's checkpoint; null where none can be read: then the run starts over, and ends with the same numbers. */
export async function findCheckpoint(folder: string): Promise<FoundCheckpoint | null> {
  try {
    const { told, spent, featuresCached, stage1, ...fit } = await readCheckpoint(folder);
    return { fit, run: { told, spent, featuresCached, stage1 } };
  } catch (error) {
    if (error instanceof CodedError) return null;
    throw error;
  }
}

/** Of a run that begins. */
export const initialState = (): RunState => ({
  told: [],
  spent: { features: 0, head: 0, finetune: 0 },
  featuresCached: false,
  stage1: null,
});
