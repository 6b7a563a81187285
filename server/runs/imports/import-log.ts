import { existsSync } from 'node:fs';
import path from 'node:path';
import { and, eq, inArray, isNotNull, isNull, ne, type SQL } from 'drizzle-orm';
import { events, imports, runs } from '@/drizzle/schema.ts';
import { runName } from '@/lib/config/train-config.ts';
import { type ImportedLog, readImportedLog } from '@/lib/logs/imported-log.ts';
import { changesBy, type RunState } from '@/lib/run/reduce-run.ts';
import type { Transaction } from '@/server/db/database.ts';
import { insertRun } from '@/server/runs/commands/insert-run.ts';
import type { LogText } from './read-log-file.ts';

/** A log file found in the results folder. */
export interface FoundLog {
  /** Relative to the results folder. */
  file: string;
  bytes: number;
  /** Unix ms. */
  modifiedAt: number;
  isExample: boolean;
}

/**
 * Creates a run from a log, or updates the run created from an earlier version of the file. A log with the id of a known
 * run belongs to that run. A log with the contents of a file that no longer exists is treated as that file, renamed.
 * @param results the absolute path of the results folder
 * @returns the run's id
 * @throws Error if nothing is imported; the message is phrased to follow the file's name
 */
export function importLog(tx: Transaction, { text, notes, sha256 }: LogText, found: FoundLog, results: string): string {
  const { file, isExample } = found;
  const isCopy = and(eq(imports.sha256, sha256), ne(imports.file, file), isNull(imports.problem));
  const copies = tx.select().from(imports).innerJoin(runs, eq(runs.id, imports.runId)).where(isCopy).all();
  const existing = copies.find((copy) => existsSync(path.join(results, copy.imports.file)));
  if (existing) throw new Error(`is a copy of ${existing.imports.file}, which is already imported`);
  const before = tx.select().from(imports).where(eq(imports.file, file)).get();
  const earlier = before?.runId && tx.select().from(runs).where(eq(runs.id, before.runId)).get();
  const [renamed] = copies;
  if (renamed && !earlier) {
    tx.delete(imports).where(eq(imports.file, renamed.imports.file)).run();
    const isItsLog = and(eq(runs.id, renamed.runs.id), eq(runs.logFile, renamed.imports.file));
    tx.update(runs).set({ logFile: file, isExample }).where(isItsLog).run();
    return renamed.runs.id;
  }
  const log = readImportedLog(text, { file: file.split('/').at(-1)!, at: Math.round(found.modifiedAt), notes });
  if (log.runId && log.runId !== before?.runId && isKnown(tx, log.runId)) return log.runId;
  const at = log.events[0]!.at;
  const row = { ...rowOf(log), createdAt: at, finishedAt: at, logFile: file, isExample };
  let id: string;
  if (earlier) {
    id = earlier.id;
    // Keeps the user's edits.
    const { name, notes, tags } = earlier.config;
    const config = { ...row.config, name, notes, tags };
    tx.delete(events).where(eq(events.runId, id)).run();
    tx.update(runs)
      .set({ ...row, config, name: runName(config) })
      .where(eq(runs.id, id))
      .run();
  } else if (log.runId) {
    id = log.runId;
    tx.insert(runs)
      .values({ id, ...row })
      .run();
  } else {
    id = insertRun(tx, new Date(at), () => row);
  }
  for (const event of log.events) tx.insert(events).values({ runId: id, event }).run();
  return id;
}

/** Selects the files that were not imported because they are copies of the imported logs with these checksums. */
export const duplicatesOf = (checksums: readonly (string | null)[]): SQL | undefined =>
  and(
    inArray(
      imports.sha256,
      checksums.filter((checksum) => checksum !== null),
    ),
    isNull(imports.runId),
    isNotNull(imports.problem),
  );

const isKnown = (tx: Transaction, id: string): boolean =>
  tx.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get() !== undefined;

/** The state of an imported run before the first event of its log. */
const initialState: Omit<RunState, 'config'> = {
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

/** Derives the run's row from the log's events. */
function rowOf({ config, events, test }: ImportedLog) {
  let run: RunState = { ...initialState, config };
  for (const event of events) run = { ...run, ...changesBy(run, event) };
  return { ...run, name: runName(config), test };
}
