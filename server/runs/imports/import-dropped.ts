import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, isNotNull } from 'drizzle-orm';
import { imports, runs } from '@/drizzle/schema.ts';
import { readImportedLog } from '@/lib/logs/imported-log.ts';
import type { Context } from '@/server/context.ts';
import { decodeLog } from './read-log-file.ts';

export interface DroppedLog {
  /** As it was called where it came from. */
  name: string;
  bytes: Buffer;
  /** Milliseconds since 1970. */
  modifiedAt: number;
}

/**
 * What became of a log: a new run, with notes on what was left out; one that already existed; or none, with a reason that
 * continues its name.
 */
export type ImportOutcome =
  | { type: 'imported'; id: string; notes: string[] }
  | { type: 'known'; id: string }
  | { type: 'refused'; reason: string };

/** Puts a log into the results folder and takes it in. One that is none is written nowhere. */
export async function importDropped(
  services: Context,
  { name, bytes, modifiedAt }: DroppedLog,
): Promise<ImportOutcome> {
  const { db, env, logs } = services;
  const fileName = safeName(name);
  try {
    const { text, sha256 } = decodeLog(bytes);
    const { runId } = readImportedLog(text, { file: fileName, at: modifiedAt });
    const known = findTwin(services, sha256) ?? (runId && findRun(services, runId));
    if (known) return { type: 'known', id: known };
  } catch (error) {
    return { type: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
  const file = await writeToFreeName(env.paths.results, fileName, bytes, modifiedAt);
  await logs.scan();
  const row = db.select().from(imports).where(eq(imports.file, file)).get();
  if (row?.runId) {
    const run = db.select({ logFacts: runs.logFacts }).from(runs).where(eq(runs.id, row.runId)).get();
    return { type: 'imported', id: row.runId, notes: run?.logFacts?.notes ?? [] };
  }
  return { type: 'refused', reason: row?.problem ?? 'is gone from the results folder again' };
}

const findRun = ({ db }: Context, id: string): string | undefined =>
  db.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get()?.id;

const findTwin = ({ db }: Context, sha256: string): string | undefined =>
  db
    .select({ id: runs.id })
    .from(imports)
    .innerJoin(runs, eq(runs.id, imports.runId))
    .where(and(eq(imports.sha256, sha256), isNotNull(imports.runId)))
    .get()?.id;

/** A file name that is one on every system, whatever the other system allowed. */
function safeName(name: string): string {
  const stem = name
    .replace(/^.*[/\\]/, '')
    .replace(/\.json$/i, '')
    .replace(/[^\p{L}\p{N} ()_.-]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 100);
  return `${stem || 'log'}.json`;
}

/** @returns the name it got, relative to the results folder: `x.json`, else `x-2.json` and so on */
async function writeToFreeName(results: string, name: string, bytes: Buffer, modifiedAt: number): Promise<string> {
  const stem = name.slice(0, -'.json'.length);
  for (let number = 1; ; number++) {
    const file = number === 1 ? name : `${stem}-${number}.json`;
    try {
      await writeFile(path.join(results, file), bytes, { flag: 'wx' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
    // As in the folder it came from: what the run is dated with where the log has no date.
    await utimes(path.join(results, file), new Date(), new Date(modifiedAt));
    return file;
  }
}
