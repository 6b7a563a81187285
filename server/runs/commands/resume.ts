import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { recordEvent } from '@/server/runs/events/record-event.ts';
import { findRow } from '@/server/runs/queries/read-runs.ts';
import { resetAttempts } from '@/server/runs/queue/recover.ts';

/**
 * Queues a canceled, interrupted or failed run to resume from its last completed epoch; without one it starts over.
 * @throws RunNotFoundError; AppError `conflict` for a run in another state
 */
export async function resumeRun(services: Context, id: string): Promise<void> {
  const { status } = findRow(services.db, id);
  if (status === 'imported') {
    throw new AppError(
      'conflict',
      'This run was imported from a log and has no checkpoint to resume from. Reproduce it instead.',
    );
  }
  if (status === 'completed') throw new AppError('conflict', 'This run is completed. Train it further instead.');
  if (status === 'queued' || status === 'running') throw new AppError('conflict', `This run is already ${status}.`);
  await services.queue.release(id);
  resetAttempts(services.db, id);
  recordEvent(services, id, { type: 'queued-again', at: Date.now() });
  services.queue.wake();
}
