import { and, eq, sql } from 'drizzle-orm';
import { events, type RunRow, runs } from '@/drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { isFinal } from '@/lib/run/status.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import type { RunBus } from './bus.ts';

/**
 * Records what a trainer told: appends the event and updates the run, both or neither, then wakes the followers. A
 * `progress` only replaces the run's last one. What comes for a run that has ended, or is gone, is dropped, but for the
 * files of a canceled one; so is what an attempt tells when a later one has begun.
 * @param attempt the teller's; left out: the server itself
 */
export function recordEvent(
  { db, bus }: { db: Database; bus: RunBus },
  runId: string,
  event: RunEvent,
  attempt?: number,
): void {
  const recorded = db.transaction((tx) => {
    if (attempt !== undefined && attempt !== attemptAt(tx, runId)) return false;
    return event.type === 'progress' ? replaceProgress(tx, runId, event) : appendEvent(tx, runId, event);
  });
  if (recorded) bus.publish({ runId, progress: event.type === 'progress' ? event : null });
}

const attemptAt = (tx: Transaction, runId: string): number | undefined =>
  tx.select({ attempt: runs.attempt }).from(runs).where(eq(runs.id, runId)).get()?.attempt;

function replaceProgress(tx: Transaction, runId: string, progress: RunEventOf<'progress'>): boolean {
  const running = and(eq(runs.id, runId), eq(runs.status, 'running'));
  const peak = progress.usage?.peakMemory;
  const peakMemory = peak === undefined ? undefined : sql`max(coalesce(${runs.peakMemory}, 0), ${peak})`;
  return tx.update(runs).set({ progress, peakMemory }).where(running).run().changes > 0;
}

/** The same within a transaction of the caller's, who wakes the followers. @returns whether it was recorded. */
export function appendEvent(tx: Transaction, runId: string, event: RunEvent): boolean {
  const run = tx.select().from(runs).where(eq(runs.id, runId)).get();
  if (!run || !isHeard(event, run)) return false;
  if (event.type === 'resumed') return appendResumed(tx, runId, event);
  if (isKnown(tx, runId, event)) return false;
  tx.insert(events).values({ runId, event }).run();
  const changes = changesBy(event, run);
  if (Object.keys(changes).length > 0) tx.update(runs).set(changes).where(eq(runs.id, runId)).run();
  return true;
}

/** First what the attempt before had told in vain, because its server died. */
function appendResumed(tx: Transaction, runId: string, { told = [], ...resumed }: RunEventOf<'resumed'>): boolean {
  for (const event of told) appendEvent(tx, runId, event);
  tx.insert(events).values({ runId, event: resumed }).run();
  return true;
}

/** An epoch, or the end of a stage with it, that is told again comes to the same: a curve is one line. */
function isKnown(tx: Transaction, runId: string, event: RunEvent): boolean {
  if (event.type !== 'epoch' && event.type !== 'stage-ended') return false;
  const number = event.type === 'epoch' ? 'epoch' : 'bestEpoch';
  const told = tx
    .select({ id: events.id })
    .from(events)
    .where(
      and(
        eq(events.runId, runId),
        eq(json('type'), event.type),
        eq(json('stage'), event.stage),
        eq(json(number), event.type === 'epoch' ? event.epoch : event.bestEpoch),
      ),
    )
    .get();
  return told !== undefined;
}

const json = (name: string) => sql`json_extract(${events.event}, ${`$.${name}`})`;

/** Nothing changes how a run has ended, but that it is told to go on. */
function isHeard({ type }: RunEvent, run: RunRow): boolean {
  if (type === 'queued-again') return run.status !== 'queued' && run.status !== 'running';
  if (!isFinal(run.status)) return type !== 'interrupted' || run.status === 'running';
  if (run.status === 'interrupted') return type === 'failed';
  return run.filesDue && (type === 'exported' || type === 'files-ready' || type === 'files-failed');
}

/** What an event changes in its run. */
function changesBy(event: RunEvent, run: RunRow): Partial<RunRow> {
  switch (event.type) {
    case 'started':
      return { engine: event.engine, test: event.test, startedAt: run.startedAt ?? event.at };
    case 'epoch':
      return { valAccuracy: largest(run.valAccuracy, event.metrics.val_accuracy), fruitless: 0 };
    case 'evaluated':
      return { metrics: event.metrics, timing: event.timing, valAccuracy: event.metrics.val_end2end };
    case 'completed':
      return { status: 'completed', finishedAt: event.at, progress: null };
    case 'canceled':
      return { status: 'canceled', finishedAt: event.at, progress: null, filesDue: run.valAccuracy !== null };
    case 'failed':
      return { status: 'failed', finishedAt: event.at, progress: null, error: event.message };
    case 'files-ready':
      return { filesDue: false };
    case 'files-failed':
      return { filesDue: false, error: event.message };
    case 'interrupted':
      return { status: 'interrupted', finishedAt: event.at, progress: null, error: event.message };
    case 'queued-again':
      return {
        status: 'queued',
        finishedAt: null,
        progress: null,
        error: null,
        filesDue: false,
        ...(event.further && { config: { ...run.config, epochs_stage2: event.further.epochs } }),
      };
    case 'phase':
    case 'progress':
    case 'resumed':
    case 'stage-ended':
    case 'measured':
    case 'imported':
    case 'features-kept':
    case 'frozen-kept':
    case 'checkpoints':
    case 'exported':
      return {};
  }
}

const largest = (a: number | null, b: number | null): number | null => (a === null || (b !== null && b > a) ? b : a);
