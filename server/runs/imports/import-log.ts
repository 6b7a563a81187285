import { existsSync } from 'node:fs';
import path from 'node:path';
import { and, eq, inArray, isNotNull, isNull, ne, type SQL } from 'drizzle-orm';
import { events, imports, runs } from '@/drizzle/schema.ts';
import { runName } from '@/lib/config/train-config.ts';
import { type ImportedLog, readImportedLog } from '@/lib/logs/imported-log.ts';
import { changesBy, type RunState } from '@/lib/run/reduce-run.ts';
import { createRunId } from '@/lib/run/run-id.ts';
import type { Transaction } from '@/server/db/database.ts';
import type { LogText } from './read-log-file.ts';

/** A log file as it lies in the results folder. */
export interface FoundLog {
  /** Relative to the results folder. */
  file: string;
  bytes: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  isExample: boolean;
}

/**
 * Makes a run of a log, or renews the one that an earlier state of the file became. A log that carries the id of a run
 * that is known is that run's own; one that holds the same as a file that is gone is that file under a new name.
 * @param results the folder that files are relative to
 * @returns the run's id
 * @throws Error in words that follow the file's name; nothing is changed then
 */
export function importLog(tx: Transaction, { text, notes, sha256 }: LogText, found: FoundLog, results: string): string {
  const { file, isExample } = found;
  const isTwin = and(eq(imports.sha256, sha256), ne(imports.file, file), isNull(imports.problem));
  const twins = tx.select().from(imports).innerJoin(runs, eq(runs.id, imports.runId)).where(isTwin).all();
  const there = twins.find((twin) => existsSync(path.join(results, twin.imports.file)));
  if (there) throw new Error(`holds the same as ${there.imports.file}, which is imported`);
  const before = tx.select().from(imports).where(eq(imports.file, file)).get();
  const earlier = before?.runId && tx.select().from(runs).where(eq(runs.id, before.runId)).get();
  const [moved] = twins;
  if (moved && !earlier) {
    tx.delete(imports).where(eq(imports.file, moved.imports.file)).run();
    const isItsLog = and(eq(runs.id, moved.runs.id), eq(runs.logFile, moved.imports.file));
    tx.update(runs).set({ logFile: file, isExample }).where(isItsLog).run();
    return moved.runs.id;
  }
  const log = readImportedLog(text, { file: file.split('/').at(-1)!, at: Math.round(found.modifiedAt), notes });
  if (log.runId && log.runId !== before?.runId && isKnown(tx, log.runId)) return log.runId;
  const at = log.events[0]!.at;
  const id = earlier ? earlier.id : (log.runId ?? createRunId(new Date(at)));
  const row = { ...rowOf(log), createdAt: at, finishedAt: at, logFile: file, isExample };
  if (earlier) {
    // What a person has changed since stays.
    const { name, notes, tags } = earlier.config;
    const config = { ...row.config, name, notes, tags };
    tx.delete(events).where(eq(events.runId, id)).run();
    tx.update(runs)
      .set({ ...row, config, name: runName(config) })
      .where(eq(runs.id, id))
      .run();
  } else {
    tx.insert(runs)
      .values({ id, ...row })
      .run();
  }
  for (const event of log.events) tx.insert(events).values({ runId: id, event }).run();
  return id;
}

/** Files that became no run, as they hold the same as the imported logs with these checksums. */
export const copiesOf = (sums: readonly (string | null)[]): SQL | undefined =>
  and(
    inArray(
      imports.sha256,
      sums.filter((sum) => sum !== null),
    ),
    isNull(imports.runId),
    isNotNull(imports.problem),
  );

const isKnown = (tx: Transaction, id: string): boolean =>
  tx.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get() !== undefined;

/** A run before the first event of its log. */
const unread: Omit<RunState, 'config'> = {
  status: 'imported',
  logFacts: null,
  startedAt: null,
  finishedAt: null,
  engine: null,
  progress: null,
  valAccuracy: null,
  metrics: null,
  timing: null,
  test: null,
  peakMemory: null,
  error: null,
  exportPending: false,
  attemptsWithoutProgress: 0,
};

/** The run's row, as the log's events make it. */
function rowOf({ config, events, test }: ImportedLog) {
  let run: RunState = { ...unread, config };
  for (const event of events) run = { ...run, ...changesBy(run, event) };
  return { ...run, name: runName(config), test };
}
