import type { Database } from './db/database.ts';
import type { Env } from './env.ts';
import type { RunBus } from './runs/events/bus.ts';

/** What the services of a `Context` are themselves built from. */
export interface BaseContext {
  env: Env;
  db: Database;
  bus: RunBus;
}
