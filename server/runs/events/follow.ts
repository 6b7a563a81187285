import { and, asc, eq, gt, max } from 'drizzle-orm';
import { events, runs } from '@/drizzle/schema.ts';
import { isSettled, type StoredEvent } from '@/lib/run/run.ts';
import type { Database } from '@/server/db/database.ts';
import type { RunBus } from './bus.ts';

/** Read at a time, so that a long history does not fill memory. */
const batchSize = 500;

/**
 * Yields a run's events, or every run's, after a cursor, and continues as they are recorded: none twice, none missed.
 * It listens before it reads, so that nothing falls between. A `progress` passes live, with id 0, and is dropped
 * if there is something newer. Following one run ends with the run's last event, or when the run is deleted.
 *
 * @param cursor the id of the last event already known; left out: 0 for one run, the present for all
 */
export async function* followEvents(
  { db, bus }: { db: Database; bus: RunBus },
  { runId, cursor, signal }: { runId?: string; cursor?: number; signal?: AbortSignal },
): AsyncGenerator<StoredEvent> {
  const progress = new Map<string, StoredEvent>();
  const alarm = new Alarm(signal);
  const unsubscribe = bus.subscribe((signal) => {
    if (runId !== undefined && signal.runId !== runId) return;
    if (signal.progress) progress.set(signal.runId, { id: 0, runId: signal.runId, event: signal.progress });
    else progress.delete(signal.runId);
    alarm.ring();
  });
  try {
    let known = cursor ?? (runId === undefined ? lastId(db) : 0);
    while (!signal?.aborted) {
      // Asked before reading: an end recorded while events are sent is read in the next turn.
      const isOver = runId !== undefined && hasEnded(db, runId);
      const after = and(gt(events.id, known), runId === undefined ? undefined : eq(events.runId, runId));
      const found = db.select().from(events).where(after).orderBy(asc(events.id)).limit(batchSize).all();
      for (const stored of found) {
        known = stored.id;
        yield stored;
      }
      if (found.length > 0) continue;
      if (isOver) return;
      const live = [...progress.values()];
      progress.clear();
      yield* live;
      if (live.length === 0) await alarm.wait();
    }
  } finally {
    unsubscribe();
  }
}

const lastId = (db: Database): number =>
  db
    .select({ id: max(events.id) })
    .from(events)
    .get()?.id ?? 0;

/** True also for a deleted run. */
function hasEnded(db: Database, runId: string): boolean {
  const { status, exportPending } = runs;
  const run = db.select({ status, exportPending }).from(runs).where(eq(runs.id, runId)).get();
  return !run || isSettled(run);
}

/** Something to wait for that remembers having rung: no wake-up between two waits is lost. */
class Alarm {
  private hasRung = false;
  private wake: (() => void) | null = null;

  constructor(signal?: AbortSignal) {
    signal?.addEventListener('abort', () => this.ring(), { once: true });
  }

  ring(): void {
    this.hasRung = true;
    this.wake?.();
  }

  async wait(): Promise<void> {
    if (!this.hasRung) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
    this.hasRung = false;
  }
}
