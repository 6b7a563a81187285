import { utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, isNotNull } from 'drizzle-orm';
import { imports, runs } from '@/drizzle/schema.ts';
import { readImportedLog } from '@/lib/logs/imported-log.ts';
import type { Context } from '@/server/context.ts';
import { decodeLog } from './read-log-file.ts';

export interface DroppedLog {
  /** The original file name. */
  name: string;
  bytes: Buffer;
  /** Unix ms. */
  modifiedAt: number;
}

/** A new run with notes on what was left out, an existing run, or the reason for refusing the log, phrased to follow its name. */
export type ImportOutcome =
  | { type: 'imported'; id: string; notes: string[] }
  | { type: 'known'; id: string }
  | { type: 'refused'; reason: string };

/** Writes a log to the results folder and imports it. An invalid log is not written. */
export async function importDropped(
  services: Context,
  { name, bytes, modifiedAt }: DroppedLog,
): Promise<ImportOutcome> {
  const { db, env, logs } = services;
  const fileName = safeName(name);
  try {
    const { text, sha256 } = decodeLog(bytes);
    const { runId } = readImportedLog(text, { file: fileName, at: modifiedAt });
    const known = findCopy(services, sha256) ?? (runId && findRun(services, runId));
    if (known) return { type: 'known', id: known };
  } catch (error) {
    return { type: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
  const file = await writeUnderFreeName(env.paths.results, fileName, bytes, modifiedAt);
  await logs.scan();
  const row = db.select().from(imports).where(eq(imports.file, file)).get();
  if (row?.runId) {
    const run = db.select({ logFacts: runs.logFacts }).from(runs).where(eq(runs.id, row.runId)).get();
    return { type: 'imported', id: row.runId, notes: run?.logFacts?.notes ?? [] };
  }
  return { type: 'refused', reason: row?.problem ?? 'was removed from the results folder during the import' };
}

const findRun = ({ db }: Context, id: string): string | undefined =>
  db.select({ id: runs.id }).from(runs).where(eq(runs.id, id)).get()?.id;

const findCopy = ({ db }: Context, sha256: string): string | undefined =>
  db
    .select({ id: runs.id })
    .from(imports)
    .innerJoin(runs, eq(runs.id, imports.runId))
    .where(and(eq(imports.sha256, sha256), isNotNull(imports.runId)))
    .get()?.id;

/** Makes a file name valid on every system. */
function safeName(name: string): string {
  const stem = name
    .replace(/^.*[/\\]/, '')
    .replace(/\.json$/i, '')
    .replace(/[^\p{L}\p{N} ()_.-]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  return `${cutToBytes(stem, maxStemBytes) || 'log'}.json`;
}

/** File systems allow names of 255 bytes; some letters have four. */
const maxStemBytes = 200;

/** The longest beginning of a text with at most this many bytes in UTF-8, without half a letter. */
function cutToBytes(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}

/** @returns the chosen name, relative to the results folder: `x.json`, or `x-2.json` etc. if that exists */
async function writeUnderFreeName(results: string, name: string, bytes: Buffer, modifiedAt: number): Promise<string> {
  const stem = name.slice(0, -'.json'.length);
  for (let number = 1; ; number++) {
    const file = number === 1 ? name : `${stem}-${number}.json`;
    try {
      await writeFile(path.join(results, file), bytes, { flag: 'wx' });
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue;
      throw error;
    }
    // A log without a date is dated by its file's modification time.
    await utimes(path.join(results, file), new Date(), new Date(modifiedAt));
    return file;
  }
}
