import { and, eq } from 'drizzle-orm';
import { eventField, events, type RunRow, runs } from '@/drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { acceptsEvent, changesBy, type Milestone, milestoneOf } from '@/lib/run/reduce-run.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import type { RunBus } from './bus.ts';

/**
 * Records an event: stores it and updates the run, both or neither, then wakes the followers. Drops an event that the
 * run's state does not accept (`acceptsEvent`), that is of an unknown run, or that an earlier attempt emitted.
 * @param attempt the attempt whose trainer emitted it; left out: the server itself
 */
export function recordEvent(
  { db, bus }: { db: Database; bus: RunBus },
  runId: string,
  event: RunEvent,
  attempt?: number,
): void {
  const isRecorded = db.transaction((tx) => {
    const run = findRun(tx, runId);
    if (!run || (attempt !== undefined && !isCurrent(run, attempt))) return false;
    return append(tx, run, event);
  });
  if (isRecorded) bus.publish({ runId, progress: event.type === 'progress' ? event : null });
}

/** The same within a transaction of the caller, who wakes the followers. @returns whether it was recorded */
export function appendEvent(tx: Transaction, runId: string, event: RunEvent): boolean {
  const run = findRun(tx, runId);
  return run !== undefined && append(tx, run, event);
}

const findRun = (tx: Transaction, runId: string): RunRow | undefined =>
  tx.select().from(runs).where(eq(runs.id, runId)).get();

/** Between being queued and getting a trainer a run has no current attempt. */
const isCurrent = (run: RunRow, attempt: number): boolean => run.attempt === attempt && run.status !== 'queued';

function append(tx: Transaction, run: RunRow, event: RunEvent): boolean {
  if (!acceptsEvent(run, event) || isRepeated(tx, run.id, event)) return false;
  if (event.type === 'resumed') return appendResumed(tx, run, event);
  // The last one is in the run's row.
  if (event.type !== 'progress') tx.insert(events).values({ runId: run.id, event }).run();
  update(tx, run, event);
  return true;
}

/** First the milestones that the attempt before emitted and this server did not record, because an earlier one died. */
function appendResumed(tx: Transaction, run: RunRow, { told = [], ...resumed }: RunEventOf<'resumed'>): boolean {
  for (const event of told) appendEvent(tx, run.id, event);
  tx.insert(events).values({ runId: run.id, event: resumed }).run();
  update(tx, findRun(tx, run.id)!, resumed);
  return true;
}

function update(tx: Transaction, run: RunRow, event: RunEvent): void {
  const changes = changesBy(run, event);
  if (Object.keys(changes).length > 0) tx.update(runs).set(changes).where(eq(runs.id, run.id)).run();
}

/** A resumed trainer may repeat the last epochs: a curve has each once. */
function isRepeated(tx: Transaction, runId: string, event: RunEvent): boolean {
  const milestone = milestoneOf(event);
  return milestone !== null && milestoneQuery(tx, runId, milestone).get() !== undefined;
}

/** Finds an epoch or the end of a stage among a run's events, by index. */
export const milestoneQuery = (db: Database | Transaction, runId: string, { type, stage, epoch }: Milestone) =>
  db
    .select({ id: events.id })
    .from(events)
    .where(
      and(
        eq(events.runId, runId),
        eq(eventField('type'), type),
        eq(eventField('stage'), stage),
        eq(eventField(type === 'epoch' ? 'epoch' : 'bestEpoch'), epoch),
      ),
    )
    .limit(1);
