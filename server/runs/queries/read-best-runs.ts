import { and, count, desc, isNotNull, max, min, type SQL, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import type { Confusion } from '@/lib/run/metrics.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import type { RunQuery } from '@/lib/runs/query.ts';
import type { Database } from '@/server/db/database.ts';
import { readEventsOf, toRunSummary } from './read-runs.ts';
import { whereOf } from './select-runs.ts';

/** Runs evaluated on the same test set, which makes them comparable: their number, best values and best run. */
export interface ComparableRuns {
  test: { hash: string; name: string };
  runs: number;
  /** The best value of each column, not necessarily of one run: accuracies within 0…1, time in seconds. */
  best: { val: number | null; test: number | null; tta: number | null; time: number | null };
  /** The first run with the highest validation accuracy. */
  bestRun: RunSummary;
  confusion: Confusion | null;
  classes: string[];
}

/** More test sets than anyone is expected to have. */
const maxGroups = 12;

/** Summarizes the evaluated runs of a query for each test set, the largest group first. */
export const readBestRuns = (db: Database, query: RunQuery): ComparableRuns[] =>
  db.transaction((tx) => {
    const evaluated = and(whereOf(query), isNotNull(runs.metrics), isNotNull(runs.testHash));
    const groups = tx
      .select({
        hash: runs.testHash,
        name: sql<string>`max(${runs.test} ->> '$.name')`,
        runs: count(),
        val: max(runs.valAccuracy),
        test: max(runs.testAccuracy),
        tta: sql<number | null>`max(${runs.metrics} ->> '$.test_tta')`,
        time: min(runs.seconds),
      })
      .from(runs)
      .where(evaluated)
      .groupBy(runs.testHash)
      .orderBy(desc(count()))
      .limit(maxGroups)
      .all();
    return groups.map(({ hash, name, runs: number, ...best }) => {
      const bestRun = tx
        .select()
        .from(runs)
        .where(and(evaluated, isTestedOn(hash!)))
        .orderBy(...byValidation)
        .limit(1)
        .get()!;
      const evaluations = readEventsOf(tx, bestRun.id, 'evaluated');
      const { confusion, classes } = evaluations.at(-1) ?? { confusion: null, classes: [] };
      return {
        test: { hash: hash!, name },
        runs: number,
        best,
        bestRun: toRunSummary(bestRun, []),
        confusion,
        classes,
      };
    });
  });

const isTestedOn = (hash: string): SQL => sql`${runs.testHash} = ${hash}`;

const byValidation = [sql`${runs.valAccuracy} desc nulls last`, runs.number];
