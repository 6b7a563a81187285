import path from 'node:path';
import { and, asc, count, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { eventField, events, type RunRow, runs } from '@/drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { RunDetail, RunSummary, RunsPage, StoredEvent } from '@/lib/run/run.ts';
import { type RunQuery, runQuerySchema } from '@/lib/runs/query.ts';
import type { BaseContext } from '@/server/base-context.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import { RunNotFoundError } from '@/server/errors.ts';
import { readLastLines } from '@/server/runs/files/last-lines.ts';
import { hasCheckpoint, listRunFiles } from '@/server/runs/files/run-files.ts';
import { orderOf, whereOf } from './select-runs.ts';

/** One page of the runs that match a query, and how many match in total. */
export const listRuns = (db: Database, query: RunQuery = runQuerySchema.parse({})): RunsPage =>
  db.transaction((tx) => {
    const where = whereOf(query);
    const order = orderOf(query.sort);
    const { limit, offset } = query;
    const queue = queuedIds(tx);
    // Selects only the numbers first, because sorting complete rows is slow.
    const page = tx
      .select({ number: runs.number })
      .from(runs)
      .where(where)
      .orderBy(...order)
      .limit(limit)
      .offset(offset);
    const rows = tx
      .select()
      .from(runs)
      .where(inArray(runs.number, page))
      .orderBy(...order)
      .all();
    return { runs: rows.map((row) => toRunSummary(row, queue)), total: countRuns(tx, where) };
  });

/**
 * Reads everything the page of a run needs. Events and state are consistent; events after `cursor` arrive by stream.
 * @throws RunNotFoundError
 */
export async function readRun({ db, env }: Pick<BaseContext, 'db' | 'env'>, id: string): Promise<RunDetail> {
  const { row, stored, summary } = db.transaction((tx) => {
    const row = findRow(tx, id);
    return { row, stored: readEvents(tx, id), summary: toRunSummary(row, queuedIds(tx)) };
  });
  const evaluated = stored.map(({ event }) => event).findLast((event) => event.type === 'evaluated');
  const files = await listRunFiles(env.paths.results, row);
  return {
    ...summary,
    events: stored,
    cursor: stored.at(-1)?.id ?? 0,
    confusion: evaluated?.confusion ?? null,
    classes: evaluated?.classes ?? [],
    files: files.map(({ name, bytes }) => ({ name, bytes })),
    hasCheckpoint: hasCheckpoint(env.paths.results, id),
    logTail: await readLastLines(path.join(env.paths.results, id, 'trainer.log')),
  };
}

/** A run's events, oldest first. */
export const readEvents = (db: Database | Transaction, runId: string): StoredEvent[] =>
  db.select().from(events).where(eq(events.runId, runId)).orderBy(asc(events.id)).all();

/** A run's events of one type, oldest first, found using the index. */
export const readEventsOf = <T extends RunEvent['type']>(
  db: Database | Transaction,
  runId: string,
  type: T,
): RunEventOf<T>[] =>
  db
    .select({ event: events.event })
    .from(events)
    .where(and(eq(events.runId, runId), eq(eventField('type'), type)))
    // The plus makes SQLite use the index and sort the result, instead of reading all events of the run in this order.
    .orderBy(sql`+${events.id}`)
    .all()
    .map(({ event }) => event as RunEventOf<T>);

/** @throws RunNotFoundError */
export function findRow(db: Database | Transaction, id: string): RunRow {
  const row = db.select().from(runs).where(eq(runs.id, id)).get();
  if (!row) throw new RunNotFoundError(id);
  return row;
}

/** All runs of a query, without paging. */
export const readAllRuns = (db: Database, query: RunQuery): RunSummary[] =>
  db.transaction((tx) => {
    const queue = queuedIds(tx);
    const rows = tx
      .select()
      .from(runs)
      .where(whereOf(query))
      .orderBy(...orderOf(query.sort))
      .all();
    return rows.map((row) => toRunSummary(row, queue));
  });

const countRuns = (tx: Transaction, where: SQL | undefined): number =>
  tx.select({ count: count() }).from(runs).where(where).get()!.count;

/** The ids of queued runs, the next one first. */
const queuedIds = (tx: Transaction): string[] =>
  tx
    .select({ id: runs.id })
    .from(runs)
    .where(eq(runs.status, 'queued'))
    .orderBy(asc(runs.number))
    .all()
    .map(({ id }) => id);

/** @param queue the ids of queued runs, in order */
export function toRunSummary(row: RunRow, queue: string[]): RunSummary {
  const {
    id,
    number,
    name,
    status,
    config,
    logFacts,
    createdAt,
    startedAt,
    finishedAt,
    engine,
    progress,
    valAccuracy,
  } = row;
  const { metrics, timing, test, peakMemory, error, reproduces, isExample } = row;
  const { exportPending, attemptsWithoutProgress } = row;
  return {
    id,
    number,
    name,
    status,
    config,
    logFacts,
    createdAt,
    startedAt,
    finishedAt,
    engine,
    progress,
    valAccuracy,
    metrics,
    timing,
    test,
    peakMemory,
    error,
    reproduces,
    exportPending,
    attemptsWithoutProgress,
    isExample,
    queuePosition: status === 'queued' ? queue.indexOf(id) + 1 : null,
  };
}
