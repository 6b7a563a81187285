import path from 'node:path';
import { Downloads } from './data/downloads.ts';
import { type Database, openDatabase } from './db/database.ts';
import { type Env, getEnv, projectRoot } from './env.ts';
import { Prober } from './machine/prober.ts';
import { RunBus } from './runs/events/bus.ts';
import { LogFolder } from './runs/imports/log-folder.ts';
import { EmbeddedQueue } from './runs/queue/embedded-queue.ts';
import type { Queue } from './runs/queue/queue.ts';
import { singleton } from './singleton.ts';

/** What everything on the server stands on. */
export interface Services {
  env: Env;
  db: Database;
  bus: RunBus;
  queue: Queue;
  downloads: Downloads;
  prober: Prober;
  logs: LogFolder;
}

export function createServices(env: Env): Services {
  const db = openDatabase(env.databasePath, path.join(projectRoot(), 'drizzle', 'migrations'));
  const bus = new RunBus();
  // Runs wait for what is being fetched; a download that ends may be what they waited for.
  const downloads = new Downloads(env, () => queue.wake());
  const queue = new EmbeddedQueue({ env, db, bus, downloads });
  const prober = new Prober({ env, db, bus });
  const logs = new LogFolder({ env, db, bus, queue });
  return { env, db, bus, queue, downloads, prober, logs };
}

/** This process's one set, made when first asked for: a build must not open a database. */
export const getServices = (): Services => singleton('services', () => createServices(getEnv()));
