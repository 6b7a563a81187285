import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { runs } from '@/drizzle/schema.ts';
import { runName, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type RunEvent, runEventSchema } from '@/lib/run/events.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { appendEvent } from '@/server/runs/events/record.ts';
import { defaultLogFile } from '@/server/runs/files/choose-log-file.ts';
import { isInside, isMissing } from '@/server/runs/files/run-files.ts';
import { singleton } from '@/server/singleton.ts';
import { isAlive } from './is-alive.ts';

/**
 * A run from the command line leaves its journal in the run's folder: this line, then an event a line. The command line
 * writes no database.
 */
const journalHeadSchema = z.object({
  runId: z.string().refine(isRunId),
  config: trainConfigSchema,
  createdAt: z.number(),
  /** Of the process that writes it. */
  pid: z.number().int().optional(),
  /** The run's log, absolute, where it is not `run_<id>.json`. */
  logFile: z.string().optional(),
});

interface Unfinished {
  size: number;
  /** Of its writer, where that was alive. */
  pid: number | undefined;
}

/** Journals that were read in vain, by file: read again only when they have grown, or nobody writes them any more. */
const unfinished = () => singleton('unfinished-journals', () => new Map<string, Unfinished>());

/**
 * Takes runs of the command line into the database, each once: those that have ended, and as interrupted those whose
 * process is gone without a last word. Cheap where there is nothing new.
 */
export function adoptRuns({ db, env, bus }: Pick<BaseContext, 'db' | 'env' | 'bus'>): void {
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
    const before = unfinished().get(file) ?? { size: 0, pid: undefined };
    if (size === before.size && (before.pid === undefined || isAlive(before.pid))) continue;
    const journal = readJournal(file, id);
    if (!journal?.events) {
      unfinished().set(file, { size, pid: journal?.head.pid });
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

/** Null where it is not one of ours; without events where the run still goes on. */
function readJournal(
  file: string,
  id: string,
): { head: z.infer<typeof journalHeadSchema>; events?: RunEvent[] } | null {
  const [first, ...rest] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseJson);
  const head = journalHeadSchema.safeParse(first);
  if (!head.success || head.data.runId !== id) return null;
  const { pid } = head.data;
  // Where another process has its number by now, it is taken for alive until that one has ended.
  const isLeft = pid !== undefined && !isAlive(pid);
  // Whoever was killed may have left half a line.
  const whole = isLeft ? rest.filter((line) => line !== undefined) : rest;
  const events = z.array(runEventSchema).safeParse(whole);
  if (!events.success) return { head: head.data };
  const last = events.data.at(-1)?.type;
  if (last === 'completed' || last === 'canceled' || last === 'failed') return { head: head.data, events: events.data };
  if (!isLeft) return { head: head.data };
  const message = 'Its process, started in a terminal, was gone without a last word.';
  return { head: head.data, events: [...events.data, { type: 'interrupted', at: Date.now(), message }] };
}

/** The last line may be half written. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
