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
    const waiting = queuedIds(tx);
    // Sorted by number alone: whole rows are wide.
    const part = tx
      .select({ number: runs.number })
      .from(runs)
      .where(where)
      .orderBy(...order)
      .limit(limit)
      .offset(offset);
    const rows = tx
      .select()
      .from(runs)
      .where(inArray(runs.number, part))
      .orderBy(...order)
      .all();
    return { runs: rows.map((row) => summaryOf(row, waiting)), total: countRuns(tx, where) };
  });

/**
 * Everything the page of one run needs. Events and state are of one moment; what comes after `cursor` comes by stream.
 * @throws RunNotFoundError
 */
export async function readRun({ db, env }: Pick<BaseContext, 'db' | 'env'>, id: string): Promise<RunDetail> {
  const { row, stored, summary } = db.transaction((tx) => {
    const row = findRow(tx, id);
    return { row, stored: readEvents(tx, id), summary: summaryOf(row, queuedIds(tx)) };
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

/** A run's events of one type, oldest first, found by index. */
export const readEventsOf = <T extends RunEvent['type']>(
  db: Database | Transaction,
  runId: string,
  type: T,
): RunEventOf<T>[] =>
  db
    .select({ event: events.event })
    .from(events)
    .where(and(eq(events.runId, runId), eq(eventField('type'), type)))
    // With the plus SQLite sorts the few that it found; without, it reads every event of the run in this order.
    .orderBy(sql`+${events.id}`)
    .all()
    .map(({ event }) => event as RunEventOf<T>);

/** @throws RunNotFoundError */
export function findRow(db: Database | Transaction, id: string): RunRow {
  const row = db.select().from(runs).where(eq(runs.id, id)).get();
  if (!row) throw new RunNotFoundError(id);
  return row;
}

/** Every run of a query, however many. */
export const readAllRuns = (db: Database, query: RunQuery): RunSummary[] =>
  db.transaction((tx) => {
    const waiting = queuedIds(tx);
    const rows = tx
      .select()
      .from(runs)
      .where(whereOf(query))
      .orderBy(...orderOf(query.sort))
      .all();
    return rows.map((row) => summaryOf(row, waiting));
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

export function summaryOf(row: RunRow, waiting: string[]): RunSummary {
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
    queuePosition: status === 'queued' ? waiting.indexOf(id) + 1 : null,
  };
}
