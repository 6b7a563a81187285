import path from 'node:path';
import type { Context } from './context.ts';
import { Downloads } from './data/downloads.ts';
import { openDatabase } from './db/database.ts';
import { DatabaseFile } from './db/database-file.ts';
import { type Env, getEnv, projectRoot } from './env.ts';
import { Prober } from './machine/prober.ts';
import { RunBus } from './runs/events/bus.ts';
import { LogFolder } from './runs/imports/log-folder.ts';
import { EmbeddedQueue } from './runs/queue/embedded-queue.ts';
import { singleton } from './singleton.ts';

/**
 * Opens the database and assembles the context. For start-up code only; everything else takes a context or calls
 * `getContext`.
 */
export function createServices(env: Env): Context {
  const db = openDatabase(env.databasePath, path.join(projectRoot(), 'drizzle', 'migrations'));
  const databaseFile = new DatabaseFile(db.$client, env.databasePath);
  const bus = new RunBus();
  // Queued runs wait for missing data, so the queue is checked again whenever a download ends.
  const downloads = new Downloads(env, () => queue.wake());
  const queue = new EmbeddedQueue({ env, db, bus, downloads });
  const prober = new Prober({ env, db, bus });
  const logs = new LogFolder({ env, db, bus, queue });
  return { env, db, databaseFile, bus, queue, downloads, prober, logs };
}

/** This process's context, created on the first call because a build must not open a database. */
export const openServices = (): Context => singleton('context', () => createServices(getEnv()));
