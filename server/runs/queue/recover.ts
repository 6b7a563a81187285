import { eq } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import { isFinishing } from '@/lib/run/reduce-run.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import type { RunBus } from '@/server/runs/events/bus.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { readEvents } from '@/server/runs/queries/read-runs.ts';

/** Maximum number of consecutive attempts that complete no new epoch. */
const maxAttemptsWithoutProgress = 3;

/** Marks every running run as `interrupted`. @param message why, for the user */
export function interruptRunning({ db, bus }: { db: Database; bus: RunBus }, message: string): void {
  changeAll({ db, bus }, 'running', (tx, { id }) => {
    appendEvent(tx, id, { type: 'interrupted', at: Date.now(), message });
  });
}

/**
 * Queues every interrupted run to resume, or to finish if that was requested before. Runs with too many attempts without
 * a new epoch fail instead.
 * @param isSkipped whether to leave a run as it is
 */
export function resumeInterrupted(
  { db, bus }: { db: Database; bus: RunBus },
  isSkipped: (id: string) => boolean = () => false,
): void {
  changeAll({ db, bus }, 'interrupted', (tx, { id, attemptsWithoutProgress, error }) => {
    if (isSkipped(id)) return;
    const at = Date.now();
    if (attemptsWithoutProgress < maxAttemptsWithoutProgress) {
      const finish = isFinishing(readEvents(tx, id).map(({ event }) => event)) || undefined;
      appendEvent(tx, id, { type: 'queued-again', at, finish });
    } else {
      const message = `The run was interrupted ${attemptsWithoutProgress} times in a row without completing an epoch and is no longer resumed automatically. Fix the cause, then resume it. Last reason: ${error}`;
      appendEvent(tx, id, { type: 'failed', at, code: 'interrupted-in-vain', message, lastLines: [] });
    }
  });
}

/** Resets the retry count when the user resumes or extends a run. */
export const resetAttempts = (db: Database | Transaction, id: string): void =>
  void db.update(runs).set({ attemptsWithoutProgress: 0 }).where(eq(runs.id, id)).run();

function changeAll(
  { db, bus }: { db: Database; bus: RunBus },
  status: RunRow['status'],
  change: (tx: Transaction, run: RunRow) => void,
): void {
  // The queue polls often; skip the write lock if no run has this status.
  if (!db.select({ id: runs.id }).from(runs).where(eq(runs.status, status)).limit(1).get()) return;
  const found = db.transaction(
    (tx) => {
      const rows = tx.select().from(runs).where(eq(runs.status, status)).all();
      for (const row of rows) change(tx, row);
      return rows;
    },
    { behavior: 'immediate' },
  );
  for (const { id } of found) bus.publish({ runId: id, progress: null });
}
