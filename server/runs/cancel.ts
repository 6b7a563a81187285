import { AppError } from '../errors.ts';
import type { Services } from '../services.ts';
import { findRow } from './read-runs.ts';
import { appendEvent } from './record-event.ts';

/**
 * Cancels a run: one that waits at once, one that trains as soon as its process is gone. One that has ended stays as it
 * is.
 * @throws RunNotFoundError; AppError `conflict` where another server trains it
 */
export async function cancelRun({ db, bus, queue }: Services, id: string): Promise<void> {
  const status = db.transaction((tx) => {
    const { status } = findRow(tx, id);
    if (status === 'queued') appendEvent(tx, id, { type: 'canceled', at: Date.now() });
    return status;
  });
  if (status === 'queued') bus.publish({ runId: id, progress: null });
  if (status !== 'running') return;
  await queue.cancel(id);
  if (findRow(db, id).status === 'running') {
    throw new AppError('conflict', 'This run trains under another server on the same database. Cancel it there.');
  }
}
