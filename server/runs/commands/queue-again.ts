import type { RunRow } from '@/drizzle/schema.ts';
import type { RunEventOf } from '@/lib/run/events.ts';
import type { Context } from '@/server/context.ts';
import type { Transaction } from '@/server/db/database.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { resetAttempts } from '@/server/runs/queue/recover.ts';
import { findChangeableRun } from './find-changeable-run.ts';

type Changes = Partial<Pick<RunEventOf<'queued-again'>, 'finish' | 'further'>>;

/**
 * Queues an ended run again. The check and the change happen in one transaction, so that no other command comes between.
 * @param check throws if the run may not be queued again; otherwise returns what the next attempt does differently
 * @throws RunNotFoundError; AppError `conflict` while the run is being deleted
 */
export function queueAgain(
  { db, bus, queue }: Context,
  id: string,
  check: (tx: Transaction, run: RunRow) => Changes,
): void {
  db.transaction(
    (tx) => {
      const changes = check(tx, findChangeableRun(tx, queue, id));
      resetAttempts(tx, id);
      appendEvent(tx, id, { type: 'queued-again', at: Date.now(), ...changes });
    },
    { behavior: 'immediate' },
  );
  bus.publish({ runId: id, progress: null });
}

/** Lets the process of the earlier attempt, which may still be exiting or exporting, end before the run starts. */
export async function releaseAndWake({ queue }: Context, id: string): Promise<void> {
  await queue.release(id);
  queue.wake();
}
