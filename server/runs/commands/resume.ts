import type { RunRow } from '@/drizzle/schema.ts';
import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { resetAttempts } from '@/server/runs/queue/recover.ts';
import { findChangeableRun } from './find-changeable-run.ts';

/**
 * Queues a canceled, interrupted or failed run to resume from its last completed epoch; without one it starts over.
 * @throws RunNotFoundError; AppError `conflict` for a run in another state, or one that is being deleted
 */
export async function resumeRun({ db, bus, queue }: Context, id: string): Promise<void> {
  db.transaction(
    (tx) => {
      checkResumable(findChangeableRun(tx, queue, id));
      resetAttempts(tx, id);
      appendEvent(tx, id, { type: 'queued-again', at: Date.now() });
    },
    { behavior: 'immediate' },
  );
  bus.publish({ runId: id, progress: null });
  // The process of the earlier attempt may still be exiting or exporting. The queue starts nothing before it has exited.
  await queue.release(id);
  queue.wake();
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
