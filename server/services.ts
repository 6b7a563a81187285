import path from 'node:path';
import { Downloads } from './data/downloads.ts';
import { type Database, openDatabase } from './db.ts';
import { type Env, getEnv, projectRoot } from './env.ts';
import { EmbeddedQueue } from './runs/embedded-queue.ts';
import { LogFolder } from './runs/log-folder.ts';
import { Prober } from './runs/prober.ts';
import type { Queue } from './runs/queue.ts';
import { RunBus } from './runs/run-bus.ts';
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
