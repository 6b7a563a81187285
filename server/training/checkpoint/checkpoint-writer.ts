import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { Reporter } from '@/server/training/telemetry/reporter.ts';
import { ensureCurrentAttempt } from './attempt.ts';
import { type Checkpoint, type FitState, type RunState, writeCheckpoint } from './checkpoint.ts';

interface WriterOptions {
  /** The run's. */
  folder: string;
  attempt: number | undefined;
  /** As it stands when a checkpoint is written. */
  state: RunState;
  /** All that the run has emitted until then. */
  events: readonly RunEvent[];
  reporter: Reporter;
}

/** @returns what writes a checkpoint after each epoch, whose event is part of it though it is emitted later */
export function createCheckpointWriter({ folder, attempt, state, events, reporter }: WriterOptions) {
  return async (fit: FitState, epoch: RunEventOf<'epoch'>): Promise<void> => {
    const phase = fit.stage === 1 ? 'head' : 'finetune';
    const spent = { ...state.spent, [phase]: state.spent[phase] + reporter.elapsed() };
    await ensureCurrentAttempt(folder, attempt);
    const problem = await tryToWrite(folder, { ...state, ...fit, spent, told: [...events, epoch] });
    const known = events.findLast((event) => event.type === 'checkpoints')?.problem ?? null;
    if (problem !== known) await reporter.emit({ type: 'checkpoints', problem });
  };
}

/**
 * A checkpoint that cannot be written, because the disk is full, ends no run: the one before it stays.
 * @returns what is wrong, null where nothing is
 */
async function tryToWrite(folder: string, checkpoint: Checkpoint): Promise<string | null> {
  try {
    await writeCheckpoint(folder, checkpoint);
    return null;
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    return `Checkpoints cannot be written, so an interruption would cost the epochs since the last one: ${why}`;
  }
}
