import type { FinishScope, RunEvent } from '@/lib/run/events.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { hasCheckpoint } from '@/server/runs/files/run-files.ts';
import { findRow, readEvents } from '@/server/runs/queries/read-runs.ts';
import { queueAgain, releaseAndWake } from './queue-again.ts';

/**
 * Ends the training of a running run early: `stage1` skips to stage 2, `training` skips to evaluation and export of the
 * best epoch so far. Both take effect after the current step, and not before the first epoch of stage 1 is complete.
 * @throws RunNotFoundError; AppError `conflict` if the run is not being trained here, or the stage to skip to has begun
 */
export function finishRun(services: Context, id: string, scope: FinishScope): void {
  const { db, queue } = services;
  const { status, config } = findRow(db, id);
  if (status !== 'running') throw new AppError('conflict', `This run is ${status}, not running.`);
  if (scope === 'stage1' && config.epochs_stage2 === 0) {
    throw new AppError('conflict', 'This run has no stage 2 to skip to. Finish it instead.');
  }
  const problem = describeTooLate(
    readEvents(db, id).map(({ event }) => event),
    scope,
  );
  if (problem) throw new AppError('conflict', problem);
  if (!queue.finish(id, scope)) {
    const message = 'This run is ending, or another server on the same database is training it. Finish it there.';
    throw new AppError('conflict', message);
  }
  recordEvent(services, id, { type: 'finish-requested', at: Date.now(), scope });
}

/** Why a request comes too late: the current attempt has already reached the phase to skip to. */
function describeTooLate(events: RunEvent[], scope: FinishScope): string | null {
  const attempt = events.slice(events.findLastIndex((event) => event.type === 'started') + 1);
  const phase = attempt.findLast((event) => event.type === 'phase')?.phase;
  if (phase === 'evaluation' || phase === 'export') return 'Training is over; this run is about to complete.';
  return scope === 'stage1' && phase === 'finetune' ? 'Stage 1 is over.' : null;
}

/**
 * Queues a canceled, interrupted or failed run to evaluate and export its best epoch so far, without further training.
 * @throws RunNotFoundError; AppError `conflict` for a run in another state, or without a complete epoch
 */
export async function evaluateRun(services: Context, id: string): Promise<void> {
  queueAgain(services, id, (_, { status }) => {
    if (status !== 'canceled' && status !== 'interrupted' && status !== 'failed') {
      const message = `This run is ${status}. Only a canceled, interrupted or failed run can be evaluated.`;
      throw new AppError('conflict', message);
    }
    if (!hasCheckpoint(services.env.paths.results, id)) {
      throw new AppError('conflict', 'This run has no complete epoch to evaluate. Resume it instead.');
    }
    return { finish: true };
  });
  await releaseAndWake(services, id);
}
