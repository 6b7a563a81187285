import { count, eq } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { thisMachine } from './machine.ts';

export interface SystemStatus {
  engine: string;
  threads: number | null;
  running: Pick<RunSummary, 'id' | 'name' | 'startedAt' | 'progress'> | null;
  queued: number;
  /** The number of subscribers to run events: open pages and the server's own. */
  listeners: number;
}

export function readStatus({ db, env, bus }: Pick<BaseContext, 'db' | 'env' | 'bus'>): SystemStatus {
  const { engine, threads } = thisMachine(env.paths.cache);
  const { id, name, startedAt, progress } = runs;
  const running = db.select({ id, name, startedAt, progress }).from(runs).where(eq(runs.status, 'running')).get();
  const waiting = db.select({ count: count() }).from(runs).where(eq(runs.status, 'queued')).get();
  return { engine, threads, running: running ?? null, queued: waiting?.count ?? 0, listeners: bus.count };
}
