import { and, desc, isNotNull, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import type { TrainConfigField } from '@/lib/config/train-config.ts';
import type { RunQuery } from '@/lib/runs/query.ts';
import type { Database } from '@/server/db/database.ts';
import { knownField, whereOf } from './select-runs.ts';

/** A run as a point in the chart of accuracy by time. */
export interface RunPoint {
  id: string;
  number: number;
  name: string;
  seconds: number;
  val: number | null;
  test: number | null;
  /** Null if unknown. */
  n_unfreeze: number | null;
  /** The value that determines the colour, as text; null if none was requested or it is unknown. */
  by: string | null;
}

/** More points would overlap and be slow to draw. */
const maxPoints = 2000;

/** The newest evaluated runs of a query, and their total number. */
export function readPoints(
  db: Database,
  query: RunQuery,
  by: TrainConfigField | null,
): { points: RunPoint[]; total: number } {
  const { id, number, name, testAccuracy: test, valAccuracy: val } = runs;
  const value = by ? knownField(by) : sql<string | null>`null`;
  const found = db
    .select({
      id,
      number,
      name,
      val,
      test,
      seconds: sql<number>`${runs.seconds}`,
      n_unfreeze: sql<number | null>`${knownField('n_unfreeze')}`,
      by: sql<string | null>`cast(${value} as text)`,
      total: sql<number>`count(*) over ()`,
    })
    .from(runs)
    .where(and(whereOf(query), isNotNull(runs.metrics), isNotNull(runs.seconds)))
    .orderBy(desc(runs.createdAt), desc(runs.number))
    .limit(maxPoints)
    .all();
  return { points: found.map(({ total: _, ...point }) => point), total: found[0]?.total ?? 0 };
}
