import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import type { DataNeeds } from '@/lib/data/data-files.ts';
import type { Downloads } from '@/server/data/downloads.ts';
import type { Transaction } from '@/server/db/database.ts';

/** The first queued run that does not wait for a download. */
export function findNext(tx: Transaction, downloads: Downloads): RunRow | undefined {
  const conditions: SQL[] = [eq(runs.status, 'queued')];
  for (;;) {
    const first = tx
      .select()
      .from(runs)
      .where(and(...conditions))
      .orderBy(asc(runs.number))
      .limit(1)
      .get();
    if (!first || !downloads.isAwaited(first.config)) return first;
    // The next query skips all runs that wait for the same data.
    conditions.push(gt(runs.number, first.number), sql`not ${hasNeeds(first.config)}`);
  }
}

/** Selects the runs that need this data. */
const hasNeeds = ({ dataset, backbone, image_size }: DataNeeds): SQL => {
  const field = (name: keyof DataNeeds) => sql`${runs.config} ->> ${sql.raw(`'$.${name}'`)}`;
  return sql`(${field('dataset')} is ${dataset} and ${field('backbone')} is ${backbone} and ${field('image_size')} is ${image_size})`;
};
