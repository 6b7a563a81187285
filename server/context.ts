import type { BaseContext } from './base-context.ts';
import type { Downloads } from './data/downloads.ts';
import type { DatabaseFile } from './db/database-file.ts';
import type { Prober } from './machine/prober.ts';
import type { LogFolder } from './runs/imports/log-folder.ts';
import type { Queue } from './runs/queue/queue.ts';
import { getSingleton } from './singleton.ts';

/** The services available to procedures and route handlers. */
export interface Context extends BaseContext {
  databaseFile: DatabaseFile;
  queue: Queue;
  downloads: Downloads;
  prober: Prober;
  logs: LogFolder;
}

/** @throws Error if the server has not started; pages and routes must therefore be rendered on request */
export const getContext = (): Context => getSingleton('context');
