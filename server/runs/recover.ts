import { eq } from 'drizzle-orm';
import { runs } from '../../drizzle/schema.ts';
import type { Database } from '../db.ts';
import type { RunBus } from './run-bus.ts';

const reason = 'The server stopped while this run was training. What it had learned until then is lost.';

/** Runs that cannot be training, because the server that watched over them ends or has ended, become `interrupted`. */
export function interruptRunning({ db, bus }: { db: Database; bus: RunBus }): void {
  const changes = { status: 'interrupted', finishedAt: Date.now(), progress: null, error: reason } as const;
  const interrupted = db.update(runs).set(changes).where(eq(runs.status, 'running')).returning({ id: runs.id }).all();
  for (const { id } of interrupted) bus.publish({ runId: id, progress: null });
}
