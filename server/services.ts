import path from 'node:path';
import type { Context } from './context.ts';
import { Downloads } from './data/downloads.ts';
import { openDatabase } from './db/database.ts';
import { type Env, getEnv, projectRoot } from './env.ts';
import { Prober } from './machine/prober.ts';
import { RunBus } from './runs/events/bus.ts';
import { LogFolder } from './runs/imports/log-folder.ts';
import { EmbeddedQueue } from './runs/queue/embedded-queue.ts';
import { singleton } from './singleton.ts';

/** Opens the database and assembles the context. For start-up code; everything else gets a context or asks `getContext`. */
export function createServices(env: Env): Context {
  const db = openDatabase(env.databasePath, path.join(projectRoot(), 'drizzle', 'migrations'));
  const bus = new RunBus();
  // Runs wait for what is being fetched; a download that ends may be what they waited for.
  const downloads = new Downloads(env, () => queue.wake());
  const queue = new EmbeddedQueue({ env, db, bus, downloads });
  const prober = new Prober({ env, db, bus });
  const logs = new LogFolder({ env, db, bus, queue });
  return { env, db, bus, queue, downloads, prober, logs };
}

/** This process's context, created on the first call: a build must not open a database. */
export const openServices = (): Context => singleton('context', () => createServices(getEnv()));
