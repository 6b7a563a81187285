import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { findChangeableRun } from './find-changeable-run.ts';

/**
 * Cancels a run immediately. A queued run leaves the queue; the trainer of a running run exits soon after
 * (`Queue.cancel`). A run that has ended does not change.
 * @throws RunNotFoundError; AppError `conflict` if another server trains the run, or while it is being deleted
 */
export function cancelRun({ db, bus, queue }: Context, id: string): void {
  const status = db.transaction(
    (tx) => {
      const { status } = findChangeableRun(tx, queue, id);
      if (status === 'queued') appendEvent(tx, id, { type: 'canceled', at: Date.now() });
      return status;
    },
    // Another server on the same database may be about to start it.
    { behavior: 'immediate' },
  );
  if (status === 'queued') bus.publish({ runId: id, progress: null });
  if (status === 'running' && !queue.cancel(id)) {
    throw new AppError('conflict', 'Another server on the same database is training this run. Cancel it there.');
  }
}
