import type { RunSummary } from '../lib/run.ts';
import { thisMachine } from './machine.ts';
import { listRuns } from './runs/read-runs.ts';
import type { Services } from './services.ts';

export interface SystemStatus {
  engine: string;
  threads: number | null;
  running: Pick<RunSummary, 'id' | 'name' | 'startedAt' | 'progress'> | null;
  queued: number;
}

export function readStatus({ db, env }: Pick<Services, 'db' | 'env'>): SystemStatus {
  const { engine, threads } = thisMachine(env.paths.cache);
  const runs = listRuns(db);
  const running = runs.find(({ status }) => status === 'running');
  return {
    ...{ engine, threads },
    running: running ? telling(running) : null,
    queued: runs.filter(({ status }) => status === 'queued').length,
  };
}

/** What the top bar says of the run that trains. */
const telling = ({ id, name, startedAt, progress }: RunSummary) => ({ id, name, startedAt, progress });
