import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { eq, inArray, or, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { isRunId } from '@/lib/run/run-id.ts';
import type { Transaction } from '@/server/db/database.ts';
import { FieldError } from '@/server/errors.ts';
import { describeTooLong } from '@/server/model/files/path-length.ts';
import { isInside, isMissing } from './run-files.ts';

/** The default name of a run's log. */
export const defaultLogFile = (runId: string): string => `run_${runId}.json`;

const invalid = (message: string) => new FieldError('json_output_path', message);

/**
 * Resolves the requested path of a run's log. It must name a new `.json` file inside the results folder; as on the command
 * line, it may start with that folder's name.
 * @returns a path relative to the results folder; null for the default name
 * @throws FieldError if the requested path cannot be used
 */
export async function chooseLogFile(results: string, requested: string): Promise<string | null> {
  if (requested === '') return null;
  if (requested.includes('\0')) throw invalid('must be a path');
  if (path.extname(requested) !== '.json') throw invalid('must end in .json');
  const file = resolveLogFile(results, requested);
  const tooLong = describeTooLong(file);
  if (tooLong) throw invalid(tooLong);
  if (!isInside(results, file) || !isInside(await realFolder(results), await realFolder(file))) {
    throw invalid(`must be inside the results folder, ${results}`);
  }
  const relative = path.relative(results, file);
  const [folder] = relative.split(path.sep);
  if (relative !== folder && isRunId(folder!)) throw invalid('must not be inside a run’s folder');
  if (isRunId(/^run_(.*)\.json$/.exec(folder!)?.[1] ?? '')) throw invalid('is reserved for another run’s log');
  const state = await checkPath(file);
  if (state === 'inside-file') throw invalid('must not be inside a file');
  if (state === 'exists') throw invalid('already exists; choose another name');
  return relative;
}

/**
 * Checks that no other run will write a file at this path, above it or below it.
 * @throws FieldError
 */
export function checkLogFile(tx: Transaction, logFile: string): void {
  const ancestors = logFile.split(path.sep).map((_, index, parts) => parts.slice(0, index + 1).join(path.sep));
  const below = `${logFile}${path.sep}`;
  const taken = tx
    .select({ logFile: runs.logFile })
    .from(runs)
    .where(or(inArray(runs.logFile, ancestors), eq(sql`substr(${runs.logFile}, 1, ${below.length})`, below)))
    .get();
  if (!taken) return;
  if (taken.logFile === logFile) throw invalid('is taken by another run; choose another name');
  if (taken.logFile.startsWith(below)) throw invalid(`is a folder for the log of another run, ${taken.logFile}`);
  throw invalid(`must not be inside the log of another run, ${taken.logFile}`);
}

/** Resolves a path against the results folder, whose name it may start with: `results/mine.json`. */
function resolveLogFile(results: string, requested: string): string {
  if (path.isAbsolute(requested)) return path.resolve(requested);
  const [first, ...rest] = path.normalize(requested).split(path.sep);
  const isOwnName = rest.length > 0 && (first === 'results' || first === path.basename(results));
  return path.resolve(results, ...(isOwnName ? rest : [requested]));
}

/** Resolves the links in the existing part of a path. */
async function realFolder(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const parent = path.dirname(file);
    if (!isMissing(error) || parent === file) throw error;
    return path.join(/* turbopackIgnore: true */ await realFolder(parent), path.basename(file));
  }
}

/** A link counts as existing, even a broken one. */
const checkPath = (file: string): Promise<'exists' | 'free' | 'inside-file'> =>
  lstat(file).then(
    () => 'exists',
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 'free';
      if (error.code === 'ENOTDIR') return 'inside-file';
      throw error;
    },
  );
