import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isRunId } from '@/lib/run/run-id.ts';
import { FieldError } from '@/server/errors.ts';
import { isInside, isMissing } from './run-files.ts';

/** The default name of a run's log. */
export const defaultLogFile = (runId: string): string => `run_${runId}.json`;

/**
 * Chooses the path of a run's log. A path requested from the browser must name a new `.json` file inside the results
 * folder; as on the command line, it may start with that folder's name.
 * @returns a path relative to the results folder
 * @throws FieldError if the requested path cannot be used
 */
export async function chooseLogFile(results: string, runId: string, requested: string): Promise<string> {
  if (requested === '') return defaultLogFile(runId);
  const invalid = (message: string) => new FieldError('json_output_path', message);
  if (requested.includes('\0')) throw invalid('must be a path');
  if (path.extname(requested) !== '.json') throw invalid('must end in .json');
  const file = resolveLogFile(results, requested);
  if (!isInside(results, file) || !isInside(await realFolder(results), await realFolder(file))) {
    throw invalid(`must be inside the results folder, ${results}`);
  }
  const relative = path.relative(results, file);
  const [folder] = relative.split(path.sep);
  if (relative !== folder && isRunId(folder!)) throw invalid('must not be inside a run’s folder');
  if (isRunId(/^run_(.*)\.json$/.exec(relative)?.[1] ?? '')) throw invalid('is reserved for another run’s log');
  const state = await checkPath(file);
  if (state === 'inside-file') throw invalid('must not be inside a file');
  if (state === 'exists') throw invalid('already exists; choose another name');
  return relative;
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
