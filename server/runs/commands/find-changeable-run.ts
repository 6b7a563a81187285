import type { RunRow } from '@/drizzle/schema.ts';
import type { Transaction } from '@/server/db/database.ts';
import { AppError } from '@/server/errors.ts';
import { findRow } from '@/server/runs/queries/read-runs.ts';
import type { Queue } from '@/server/runs/queue/queue.ts';

/**
 * Reads a run that a command is about to change, in the transaction that changes it.
 * @throws RunNotFoundError; AppError `conflict` while the run is being deleted
 */
export function findChangeableRun(tx: Transaction, queue: Queue, id: string): RunRow {
  const run = findRow(tx, id);
  if (queue.isBeingDeleted(id)) throw new AppError('conflict', 'This run is being deleted.');
  return run;
}
