import { and, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import { events, runs } from '../../drizzle/schema.ts';
import { type CurveMetric, mostCurves } from '../../lib/run-columns.ts';
import type { RunQuery } from '../../lib/run-query.ts';
import type { Database } from '../db.ts';
import { orderOf, whereOf } from './select-runs.ts';

/** One figure of a run's epochs; null is a gap. */
export interface RunCurve {
  id: string;
  number: number;
  name: string;
  stage1: (number | null)[];
  stage2: (number | null)[];
}

/** Finer than any screen, and half the bytes. */
const roundings: Record<CurveMetric, (value: SQL) => SQL> = {
  val_accuracy: (value) => sql`round(${value}, 5)`,
  accuracy: (value) => sql`round(${value}, 5)`,
  val_loss: (value) => sql`round(${value}, 5)`,
  loss: (value) => sql`round(${value}, 5)`,
  learning_rate: (value) => value,
};

/**
 * The curves of a query's first runs that have any, in its order; one look at the events for all of them.
 * @param query `limit` counts runs, 100 at most
 */
export const readCurves = (db: Database, query: RunQuery, metric: CurveMetric): RunCurve[] =>
  db.transaction((tx) => {
    const { id, number, name } = runs;
    const chosen = tx
      .select({ id, number, name })
      .from(runs)
      .where(and(whereOf(query), isNotNull(runs.valAccuracy)))
      .orderBy(...orderOf(query.sort))
      .limit(Math.min(query.limit, mostCurves))
      .offset(query.offset)
      .all();
    const value = roundings[metric](sql`${events.event} ->> ${sql.raw(`'$.metrics.${metric}'`)}`);
    const stage = sql<number>`${events.event} ->> '$.stage'`;
    const isEpoch = sql`${events.event} ->> '$.type' = 'epoch'`;
    const ids = chosen.map((run) => run.id);
    const stages = tx
      .select({ runId: events.runId, stage, values: sql<string>`json_group_array(${value} order by ${events.id})` })
      .from(events)
      .where(and(inArray(events.runId, ids), isEpoch))
      .groupBy(events.runId, stage)
      .all();
    const curves = new Map(stages.map(({ runId, stage, values }) => [`${runId} ${stage}`, JSON.parse(values)]));
    const curve = (runId: string, stage: 1 | 2): (number | null)[] => curves.get(`${runId} ${stage}`) ?? [];
    return chosen.map((run) => ({ ...run, stage1: curve(run.id, 1), stage2: curve(run.id, 2) }));
  });
