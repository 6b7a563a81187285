import type { Context } from '@/server/context.ts';
import { AppError } from '@/server/errors.ts';
import { appendEvent } from '@/server/runs/events/record.ts';
import { findRow } from '@/server/runs/queries/read-runs.ts';

/**
 * Cancels a run at once: a queued one leaves the queue, a running one loses its trainer soon after (`Queue.cancel`).
 * An ended one stays as it is.
 * @throws RunNotFoundError; AppError `conflict` if another server trains it
 */
export function cancelRun({ db, bus, queue }: Context, id: string): void {
  const status = db.transaction(
    (tx) => {
      const { status } = findRow(tx, id);
      if (status === 'queued') appendEvent(tx, id, { type: 'canceled', at: Date.now() });
      return status;
    },
    // Another server on the database may be about to start it.
    { behavior: 'immediate' },
  );
  if (status === 'queued') bus.publish({ runId: id, progress: null });
  if (status === 'running' && !queue.cancel(id)) {
    throw new AppError('conflict', 'This run trains under another server on the same database. Cancel it there.');
  }
}
