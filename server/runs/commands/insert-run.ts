import { eq } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { createRunId } from '@/lib/run/run-id.ts';
import type { Transaction } from '@/server/db/database.ts';

type NewRun = Omit<typeof runs.$inferInsert, 'id'>;

/**
 * Adds a run under a new id.
 * @param at the time that the id begins with
 * @param rowOf the row; its log may be named after the id
 * @param createId creates random ids, until one is free
 * @returns the id
 */
export function insertRun(
  tx: Transaction,
  at: Date,
  rowOf: (id: string) => NewRun,
  createId: typeof createRunId = createRunId,
): string {
  for (;;) {
    const id = createId(at);
    if (tx.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get()) continue;
    tx.insert(runs)
      .values({ ...rowOf(id), id })
      .run();
    return id;
  }
}
