import { and, eq } from 'drizzle-orm';
import { eventField, events, type RunRow, runs } from '@/drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { acceptsEvent, changesBy, type Milestone, milestoneOf } from '@/lib/run/reduce-run.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import type { RunBus } from './bus.ts';

/**
 * Records an event: stores it and updates the run in one transaction, then notifies followers. Drops events that the run
 * does not accept (`acceptsEvent`), events of unknown runs, and events of earlier attempts.
 * @param attempt the attempt whose trainer emitted the event; omitted for events of the server itself
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

/** Records an event within the caller's transaction. The caller notifies followers. @returns whether it was recorded */
export function appendEvent(tx: Transaction, runId: string, event: RunEvent): boolean {
  const run = findRun(tx, runId);
  return run !== undefined && append(tx, run, event);
}

const findRun = (tx: Transaction, runId: string): RunRow | undefined =>
  tx.select().from(runs).where(eq(runs.id, runId)).get();

/** A queued run has no current attempt. */
const isCurrent = (run: RunRow, attempt: number): boolean => run.attempt === attempt && run.status !== 'queued';

function append(tx: Transaction, run: RunRow, event: RunEvent): boolean {
  if (!acceptsEvent(run, event) || isRepeated(tx, run.id, event)) return false;
  if (event.type === 'resumed') return appendResumed(tx, run, event);
  // The latest progress is stored in the run's row instead.
  if (event.type !== 'progress') tx.insert(events).values({ runId: run.id, event }).run();
  update(tx, run, event);
  return true;
}

/** Records the milestones that the server missed before it records `resumed` itself. */
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

/** A resumed trainer may repeat milestones, which must be recorded only once. */
function isRepeated(tx: Transaction, runId: string, event: RunEvent): boolean {
  const milestone = milestoneOf(event);
  return milestone !== null && milestoneQuery(tx, runId, milestone).get() !== undefined;
}

/** Finds an epoch or the end of a stage among a run's events, using the index. */
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
