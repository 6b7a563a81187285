import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { phaseOfStage } from '@/lib/run/phases.ts';
import type { Reporter } from '@/server/training/telemetry/reporter.ts';
import { ensureCurrentAttempt } from './attempt.ts';
import { type Checkpoint, type FitState, type RunState, writeCheckpoint } from './checkpoint.ts';

interface WriterOptions {
  /** The run's folder. */
  folder: string;
  attempt: number | undefined;
  /** Read whenever a checkpoint is written. */
  state: RunState;
  /** All events emitted so far; read whenever a checkpoint is written. */
  events: readonly RunEvent[];
  reporter: Reporter;
}

/** @returns a function that writes a checkpoint after each epoch, including the epoch's event, which is emitted later */
export function createCheckpointWriter({ folder, attempt, state, events, reporter }: WriterOptions) {
  return async (fit: FitState, epoch: RunEventOf<'epoch'>): Promise<void> => {
    const phase = phaseOfStage(fit.stage);
    const spent = { ...state.spent, [phase]: state.spent[phase] + reporter.elapsed() };
    await ensureCurrentAttempt(folder, attempt);
    const problem = await tryToWrite(folder, { ...state, ...fit, spent, told: [...events, epoch] });
    const lastReported = events.findLast((event) => event.type === 'checkpoints')?.problem ?? null;
    if (problem !== lastReported) await reporter.emit({ type: 'checkpoints', problem });
  };
}

/**
 * A failure to write a checkpoint, for example on a full disk, does not end the run: the previous checkpoint stays.
 * @returns the problem, or null
 */
async function tryToWrite(folder: string, checkpoint: Checkpoint): Promise<string | null> {
  try {
    await writeCheckpoint(folder, checkpoint);
    return null;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    return `Checkpoints cannot be written, so an interruption would lose the epochs since the last one: ${reason}`;
  }
}
