import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { runs } from '@/drizzle/schema.ts';
import { runName, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type RunEvent, runEventSchema } from '@/lib/run/events.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { BaseContext } from '@/server/base-context.ts';
import { isAlive } from '@/server/model/files/is-alive.ts';
import { describeReadError, readBounded, UnreadableFile } from '@/server/model/files/read-bounded.ts';
import { appendEvent } from '@/server/runs/events/record-event.ts';
import { defaultLogFile } from '@/server/runs/files/choose-log-file.ts';
import { isInside, isMissing } from '@/server/runs/files/run-files.ts';
import { singleton } from '@/server/singleton.ts';
import { describeProblem } from './describe-problem.ts';

/**
 * The first line of the journal that a command-line run writes to its folder, followed by one event per line. The command
 * line does not access the database.
 */
const journalHeadSchema = z.object({
  runId: z.string().refine(isRunId),
  config: trainConfigSchema,
  createdAt: z.number(),
  /** The writing process. */
  pid: z.number().int().optional(),
  /** Absolute path of the run's log, if it is not `run_<id>.json`. */
  logFile: z.string().optional(),
});

/** Larger journals are rejected; even thousands of epochs fit within this. */
const maxJournalBytes = 32 * 2 ** 20;

interface Unfinished {
  size: number;
  /** The writing process, if it was alive. */
  pid: number | undefined;
}

/** Unfinished journals by file. They are read again only after they have grown or their writer has exited. */
const unfinished = () => singleton('unfinished-journals', () => new Map<string, Unfinished>());

/** Why journals could not be read, keyed by path relative to the results folder, with forward slashes. */
export type JournalProblems = Map<string, string>;

type Services = Pick<BaseContext, 'db' | 'env' | 'bus'>;

/**
 * Adds command-line runs to the database, each once, after they have ended. Runs whose process has died become
 * `interrupted`. Cheap if nothing is new. A run that cannot be added does not prevent the others from being added; the
 * next call tries again.
 */
export async function adoptRuns(services: Services): Promise<JournalProblems> {
  const { db, env } = services;
  const known = new Set(
    db
      .select({ id: runs.id })
      .from(runs)
      .all()
      .map(({ id }) => id),
  );
  const problems: JournalProblems = new Map();
  for (const entry of await entriesOf(env.paths.results)) {
    const { name: id } = entry;
    if (!isRunId(id) || known.has(id)) continue;
    try {
      if (!entry.isDirectory()) throw new UnreadableFile('is not a folder; only folders are named after runs');
      await adoptRun(services, id);
    } catch (error) {
      const file = error instanceof UnreadableFile && !entry.isDirectory() ? id : `${id}/events.ndjson`;
      problems.set(file, describeProblem(error, env.databasePath));
    }
  }
  return problems;
}

/** @throws UnreadableFile, or a database error */
async function adoptRun({ db, env, bus }: Services, id: string): Promise<void> {
  const results = env.paths.results;
  const file = path.join(results, id, 'events.ndjson');
  const size = await sizeOf(file);
  if (size === null) return;
  const before = unfinished().get(file) ?? { size: 0, pid: undefined };
  if (size === before.size && (before.pid === undefined || isAlive(before.pid))) return;
  const journal = parseJournal((await readBounded(file, maxJournalBytes)).toString('utf8'), id);
  if (!journal?.events) {
    unfinished().set(file, { size, pid: journal?.head.pid });
    return;
  }
  const { head, events } = journal;
  const isOwnLog = head.logFile?.endsWith('.json') === true && isInside(results, head.logFile);
  const logFile = isOwnLog ? path.relative(results, head.logFile!) : defaultLogFile(id);
  db.transaction((tx) => {
    const { config, createdAt } = head;
    const row = { id, name: runName(config), config, createdAt, logFile, status: 'running' as const };
    // Another server on the same database may have added it in the meantime.
    const { changes } = tx.insert(runs).values(row).onConflictDoNothing({ target: runs.id }).run();
    if (changes === 0) return;
    for (const event of events) appendEvent(tx, id, event);
  });
  unfinished().delete(file);
  bus.publish({ runId: id, progress: null });
}

/** The size of a run's journal in bytes; null if the folder has none. @throws UnreadableFile */
async function sizeOf(journal: string): Promise<number | null> {
  const entry = await lstat(journal).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw new UnreadableFile(`cannot be read: ${describeReadError(error)}`, { cause: error });
  });
  if (entry === null) return null;
  if (entry.isSymbolicLink()) throw new UnreadableFile('is a symbolic link; only regular files are read');
  if (!entry.isFile()) throw new UnreadableFile('is not a regular file');
  return entry.size;
}

async function entriesOf(results: string): Promise<Dirent[]> {
  try {
    return await readdir(results, { withFileTypes: true });
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Null if it is not the journal of this run; without events while the run is still running. */
function parseJournal(
  text: string,
  id: string,
): { head: z.infer<typeof journalHeadSchema>; events?: RunEvent[] } | null {
  const [first, ...rest] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseJson);
  const head = journalHeadSchema.safeParse(first);
  if (!head.success || head.data.runId !== id) return null;
  const { pid } = head.data;
  // If the pid was reused, the run counts as alive until the other process exits.
  const isAbandoned = pid !== undefined && !isAlive(pid);
  // A killed process may have left an incomplete line.
  const lines = isAbandoned ? rest.filter((line) => line !== undefined) : rest;
  const events = z.array(runEventSchema).safeParse(lines);
  if (!events.success) return { head: head.data };
  const last = events.data.at(-1)?.type;
  if (last === 'completed' || last === 'canceled' || last === 'failed') return { head: head.data, events: events.data };
  if (!isAbandoned) return { head: head.data };
  const message = 'Its process, started in a terminal, ended unexpectedly.';
  return { head: head.data, events: [...events.data, { type: 'interrupted', at: Date.now(), message }] };
}

/** Undefined for invalid JSON: the last line may be incomplete. */
function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
