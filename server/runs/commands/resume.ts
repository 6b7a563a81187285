import type { RunRow } from '@/drizzle/schema.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { queueAgain, releaseAndWake } from './queue-again.ts';

/**
 * Queues a canceled, interrupted or failed run to resume from its last completed epoch; without one it starts over.
 * @throws RunNotFoundError; AppError `conflict` for a run in another state, or one that is being deleted
 */
export async function resumeRun(services: Context, id: string): Promise<void> {
  queueAgain(services, id, (_, run) => {
    checkResumable(run);
    return {};
  });
  await releaseAndWake(services, id);
}

function checkResumable({ status }: RunRow): void {
  if (status === 'imported') {
    throw new AppError(
      'conflict',
      'This run was imported from a log and has no checkpoint to resume from. Reproduce it instead.',
    );
  }
  if (status === 'completed') throw new AppError('conflict', 'This run is completed. Train it further instead.');
  if (status === 'queued' || status === 'running') throw new AppError('conflict', `This run is already ${status}.`);
}
