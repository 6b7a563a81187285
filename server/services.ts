import path from 'node:path';
import { type Database, openDatabase } from './db.ts';
import { type Env, getEnv, projectRoot } from './env.ts';
import { EmbeddedQueue } from './runs/embedded-queue.ts';
import type { Queue } from './runs/queue.ts';
import { RunBus } from './runs/run-bus.ts';
import { singleton } from './singleton.ts';

/** What everything on the server stands on. */
export interface Services {
  env: Env;
  db: Database;
  bus: RunBus;
  queue: Queue;
}

export function createServices(env: Env): Services {
  const db = openDatabase(env.databasePath, path.join(projectRoot(), 'drizzle', 'migrations'));
  const bus = new RunBus();
  return { env, db, bus, queue: new EmbeddedQueue({ env, db, bus }) };
}

/** This process's one set, made when first asked for: a build must not open a database. */
export const getServices = (): Services => singleton('services', () => createServices(getEnv()));
