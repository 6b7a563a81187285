import type { Database } from './db/database.ts';
import type { Env } from './env.ts';
import type { RunBus } from './runs/events/bus.ts';

/** The part of a `Context` that its services depend on. */
export interface BaseContext {
  env: Env;
  db: Database;
  bus: RunBus;
}
