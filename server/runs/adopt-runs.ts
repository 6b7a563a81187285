import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runs } from '../../drizzle/schema.ts';
import { runEventSchema } from '../../lib/run-events.ts';
import { isRunId } from '../../lib/run-id.ts';
import { runName, trainConfigSchema } from '../../lib/train-config.ts';
import type { Services } from '../services.ts';
import { singleton } from '../singleton.ts';
import { defaultLogFile } from './log-file.ts';
import { appendEvent } from './record-event.ts';
import { isInside, isMissing } from './run-files.ts';

/**
 * A run from the command line leaves its journal in the run's folder: this line, then an event a line. The command line
 * writes no database.
 */
const journalHeadSchema = z.object({
  runId: z.string().refine(isRunId),
  config: trainConfigSchema,
  createdAt: z.number(),
  /** The run's log, absolute, where it is not `run_<id>.json`. */
  logFile: z.string().optional(),
});

/** Journals that were read in vain, by file, with the size they had: read again only when they have grown. */
const unfinished = () => singleton('unfinished-journals', () => new Map<string, number>());

/** Takes finished runs of the command line into the database, each once. Cheap where there is nothing new. */
export function adoptRuns({ db, env, bus }: Pick<Services, 'db' | 'env' | 'bus'>): void {
  const results = env.paths.results;
  const known = new Set(
    db
      .select({ id: runs.id })
      .from(runs)
      .all()
      .map(({ id }) => id),
  );
  for (const id of foldersIn(results).filter((name) => isRunId(name) && !known.has(name))) {
    const file = path.join(results, id, 'events.ndjson');
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === (unfinished().get(file) ?? 0)) continue;
    const journal = readJournal(file, id);
    if (!journal) {
      unfinished().set(file, size);
      continue;
    }
    unfinished().delete(file);
    const { head, events } = journal;
    const isOwnLog = head.logFile?.endsWith('.json') === true && isInside(results, head.logFile);
    const logFile = isOwnLog ? path.relative(results, head.logFile!) : defaultLogFile(id);
    db.transaction((tx) => {
      const { config, createdAt } = head;
      const row = { id, name: runName(config), config, createdAt, logFile, status: 'running' as const };
      // Another server on the same database may have been quicker.
      const { changes } = tx.insert(runs).values(row).onConflictDoNothing({ target: runs.id }).run();
      if (changes === 0) return;
      for (const event of events) appendEvent(tx, id, event);
    });
    bus.publish({ runId: id, progress: null });
  }
}

function foldersIn(results: string): string[] {
  try {
    return readdirSync(results, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null where the run still goes on, died without a last word, or is not one of ours. */
function readJournal(file: string, id: string) {
  const [first, ...rest] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseJson);
  const head = journalHeadSchema.safeParse(first);
  const events = z.array(runEventSchema).safeParse(rest);
  if (!head.success || !events.success || head.data.runId !== id) return null;
  const last = events.data.at(-1)?.type;
  if (last !== 'completed' && last !== 'canceled' && last !== 'failed') return null;
  return { head: head.data, events: events.data };
}

/** The last line may be half written. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
