import { and, asc, eq, gt, max } from 'drizzle-orm';
import { events, runs } from '@/drizzle/schema.ts';
import { isSettled, type StoredEvent } from '@/lib/run/run.ts';
import type { Database } from '@/server/db/database.ts';
import type { RunBus } from './bus.ts';

/** The number of events read at a time, to limit memory use for long histories. */
const batchSize = 500;

/**
 * Yields the events of one run or of all runs after a cursor, then new ones as they are recorded, each exactly once. It
 * subscribes before it reads, so that no event is missed in between. `progress` is yielded live with id 0, and dropped if
 * a newer event exists. A single-run stream ends after the run's last event, or when the run is deleted.
 *
 * @param cursor the id of the last known event; defaults to 0 for one run, and to the latest event for all runs
 */
export async function* followEvents(
  { db, bus }: { db: Database; bus: RunBus },
  { runId, cursor, signal }: { runId?: string; cursor?: number; signal?: AbortSignal },
): AsyncGenerator<StoredEvent> {
  const progress = new Map<string, StoredEvent>();
  const changed = new Latch(signal);
  const unsubscribe = bus.subscribe((signal) => {
    if (runId !== undefined && signal.runId !== runId) return;
    if (signal.progress) progress.set(signal.runId, { id: 0, runId: signal.runId, event: signal.progress });
    else progress.delete(signal.runId);
    changed.set();
  });
  try {
    let known = cursor ?? (runId === undefined ? lastId(db) : 0);
    while (!signal?.aborted) {
      // Checked before reading: if the run ends while events are sent, the next iteration reads the rest.
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
      if (live.length === 0) await changed.wait();
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

/** Also true for a deleted run. */
function hasEnded(db: Database, runId: string): boolean {
  const { status, exportPending } = runs;
  const run = db.select({ status, exportPending }).from(runs).where(eq(runs.id, runId)).get();
  return !run || isSettled(run);
}

/** Remembers being set until the next `wait`, so that no notification between two waits is lost. */
class Latch {
  private isSet = false;
  private wake: (() => void) | null = null;

  constructor(signal?: AbortSignal) {
    signal?.addEventListener('abort', () => this.set(), { once: true });
  }

  set(): void {
    this.isSet = true;
    this.wake?.();
  }

  async wait(): Promise<void> {
    if (!this.isSet) await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = null;
    this.isSet = false;
  }
}
