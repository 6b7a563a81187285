import { eq } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import type { RunBus } from '@/server/runs/events/bus.ts';
import { appendEvent } from '@/server/runs/events/record.ts';

/** So many starts in a row may come to no new epoch. */
const mostFruitless = 3;

/** Runs that cannot be training, because the server that watched over them ends or has ended, become `interrupted`. */
export function interruptRunning({ db, bus }: { db: Database; bus: RunBus }): void {
  changeAll({ db, bus }, 'running', (tx, { id }) => {
    appendEvent(tx, id, { type: 'interrupted', at: Date.now(), message: 'The server stopped while this run trained.' });
  });
}

/** Puts every interrupted run in line to go on, but for those that have tried often enough in vain: these fail. */
export function resumeInterrupted({ db, bus }: { db: Database; bus: RunBus }): void {
  changeAll({ db, bus }, 'interrupted', (tx, { id, fruitless, error }) => {
    const at = Date.now();
    if (fruitless < mostFruitless) appendEvent(tx, id, { type: 'queued-again', at });
    else {
      const message = `It was interrupted ${fruitless} times in a row without a new epoch, so it is not tried again. The last time: ${error}`;
      appendEvent(tx, id, { type: 'failed', at, code: 'interrupted-in-vain', message, lastLines: [] });
    }
  });
}

/** Someone asks for a run to go on: it may try again. */
export const resetFruitless = (db: Database, id: string): void =>
  void db.update(runs).set({ fruitless: 0 }).where(eq(runs.id, id)).run();

function changeAll(
  { db, bus }: { db: Database; bus: RunBus },
  status: RunRow['status'],
  change: (tx: Transaction, run: RunRow) => void,
): void {
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
