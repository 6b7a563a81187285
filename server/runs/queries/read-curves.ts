import { and, eq, inArray, isNotNull, type SQL, sql } from 'drizzle-orm';
import { eventField, events, runs } from '@/drizzle/schema.ts';
import { completeEpochs } from '@/lib/logs/complete-epochs.ts';
import { settingOf } from '@/lib/run/known-settings.ts';
import { type CurveMetric, maxCurves } from '@/lib/runs/columns.ts';
import type { RunQuery } from '@/lib/runs/query.ts';
import type { Database } from '@/server/db/database.ts';
import { readEvents } from './read-runs.ts';
import { orderOf, whereOf } from './select-runs.ts';

/** One metric of a run by epoch; null is a gap. */
export interface RunCurve {
  id: string;
  number: number;
  name: string;
  /** Null if unknown. */
  seed: number | null;
  stage1: (number | null)[];
  stage2: (number | null)[];
  /** Whether every other epoch of stage 2 was a single batch, as in some logs of the original script. */
  hasBatches: boolean;
}

/** Five decimals are finer than any screen and halve the size. */
const roundings: Record<CurveMetric, (value: SQL) => SQL> = {
  val_accuracy: (value) => sql`round(${value}, 5)`,
  accuracy: (value) => sql`round(${value}, 5)`,
  val_loss: (value) => sql`round(${value}, 5)`,
  loss: (value) => sql`round(${value}, 5)`,
  learning_rate: (value) => value,
};

/**
 * Reads the curves of a query's first runs that have any, in its order. All are read in one query; imported runs are read
 * again to omit epochs that were single batches.
 * @param query `limit` counts runs, at most 100
 * @param batches whether to include epochs that were single batches
 */
export const readCurves = (db: Database, query: RunQuery, metric: CurveMetric, batches = false): RunCurve[] =>
  db.transaction((tx) => {
    const { id, number, name, status, config, logFacts } = runs;
    const chosen = tx
      .select({ id, number, name, status, config, logFacts })
      .from(runs)
      .where(and(whereOf(query), isNotNull(runs.valAccuracy)))
      .orderBy(...orderOf(query.sort))
      .limit(Math.min(query.limit, maxCurves))
      .offset(query.offset)
      .all();
    const value = roundings[metric](sql`${events.event} ->> ${sql.raw(`'$.metrics.${metric}'`)}`);
    const stage = sql<number>`${eventField('stage')}`;
    const ids = chosen.map((run) => run.id);
    const stages = tx
      .select({ runId: events.runId, stage, values: sql<string>`json_group_array(${value} order by ${events.id})` })
      .from(events)
      .where(and(inArray(events.runId, ids), eq(eventField('type'), 'epoch')))
      .groupBy(events.runId, stage)
      .all();
    const curves = new Map(stages.map(({ runId, stage, values }) => [`${runId} ${stage}`, JSON.parse(values)]));
    const curve = (runId: string, stage: 1 | 2): (number | null)[] => curves.get(`${runId} ${stage}`) ?? [];
    return chosen.map(({ id, number, name, status, config, logFacts }) => {
      const [stage1, all] = [curve(id, 1), curve(id, 2)];
      const epochs =
        status === 'imported' ? completeEpochs({ status, config, logFacts, events: readEvents(tx, id) }) : null;
      const complete = epochs?.filter(({ stage }) => stage === 2).map(({ metrics }) => metrics[metric]) ?? all;
      const hasBatches = complete.length < all.length;
      const seed = settingOf({ config, logFacts }, 'seed');
      return { id, number, name, seed, stage1, stage2: hasBatches && !batches ? complete : all, hasBatches };
    });
  });
