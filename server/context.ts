import type { BaseContext } from './base-context.ts';
import type { Downloads } from './data/downloads.ts';
import type { Prober } from './machine/prober.ts';
import type { LogFolder } from './runs/imports/log-folder.ts';
import type { Queue } from './runs/queue/queue.ts';
import { existing } from './singleton.ts';

/** What a procedure or route handler works with. */
export interface Context extends BaseContext {
  queue: Queue;
  downloads: Downloads;
  prober: Prober;
  logs: LogFolder;
}

/** @throws Error where the server has not started: pages and routes must be rendered on request */
export const getContext = (): Context => existing('context');
