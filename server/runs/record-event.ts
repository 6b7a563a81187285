import { and, eq, sql } from 'drizzle-orm';
import { events, type RunRow, runs } from '../../drizzle/schema.ts';
import type { RunEvent, RunEventOf } from '../../lib/run-events.ts';
import { isFinal } from '../../lib/run-status.ts';
import type { Database, Transaction } from '../db.ts';
import type { RunBus } from './run-bus.ts';

/**
 * Records what a trainer told: appends the event and updates the run, both or neither, then wakes the followers. A
 * `progress` only replaces the run's last one. What comes for a run that has ended, or is gone, is dropped, but for the
 * files of a canceled one.
 */
export function recordEvent({ db, bus }: { db: Database; bus: RunBus }, runId: string, event: RunEvent): void {
  const recorded = db.transaction((tx) =>
    event.type === 'progress' ? replaceProgress(tx, runId, event) : appendEvent(tx, runId, event),
  );
  if (recorded) bus.publish({ runId, progress: event.type === 'progress' ? event : null });
}

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
  tx.insert(events).values({ runId, event }).run();
  const changes = changesBy(event, run);
  if (Object.keys(changes).length > 0) tx.update(runs).set(changes).where(eq(runs.id, runId)).run();
  return true;
}

/** Nothing changes how a run has ended. */
function isHeard({ type }: RunEvent, run: RunRow): boolean {
  if (!isFinal(run.status)) return true;
  return run.filesDue && (type === 'exported' || type === 'files-ready' || type === 'files-failed');
}

/** What an event changes in its run. */
function changesBy(event: RunEvent, run: RunRow): Partial<RunRow> {
  switch (event.type) {
    case 'started':
      return { engine: event.engine, test: event.test, startedAt: run.startedAt ?? event.at };
    case 'epoch':
      return { valAccuracy: largest(run.valAccuracy, event.metrics.val_accuracy) };
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
    case 'phase':
    case 'progress':
    case 'stage-ended':
    case 'measured':
    case 'imported':
    case 'features-kept':
    case 'frozen-kept':
    case 'exported':
      return {};
  }
}

const largest = (a: number | null, b: number | null): number | null => (a === null || (b !== null && b > a) ? b : a);
