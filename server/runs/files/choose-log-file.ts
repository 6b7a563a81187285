import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import { isRunId } from '@/lib/run/run-id.ts';
import { FieldError } from '@/server/errors.ts';
import { isInside, isMissing } from './run-files.ts';

/** The log of a run that asked for no other. */
export const defaultLogFile = (runId: string): string => `run_${runId}.json`;

/**
 * Where a run's log goes, relative to the results folder. What a browser asks for must be a new `.json` file within that
 * folder; a path may begin with the folder's own name, as the command line's does.
 * @throws FieldError in words
 */
export async function chooseLogFile(results: string, runId: string, asked: string): Promise<string> {
  if (asked === '') return defaultLogFile(runId);
  const refuse = (message: string) => new FieldError('json_output_path', message);
  if (asked.includes('\0')) throw refuse('must be a path');
  if (path.extname(asked) !== '.json') throw refuse('must end in .json');
  const file = resolveLogFile(results, asked);
  if (!isInside(results, file) || !isInside(await realFolder(results), await realFolder(file))) {
    throw refuse(`must lie in the results folder, ${results}`);
  }
  const relative = path.relative(results, file);
  const [folder] = relative.split(path.sep);
  if (relative !== folder && isRunId(folder!)) throw refuse('must not lie in the folder of a run');
  if (isRunId(/^run_(.*)\.json$/.exec(relative)?.[1] ?? '')) throw refuse('is the name of another run’s log');
  const found = await lookUp(file);
  if (found === 'not-a-folder') throw refuse('must not lie below a file');
  if (found === 'there') throw refuse('is there already; choose another name');
  return relative;
}

/** Relative paths count from the results folder, whose name may stand before them: `results/mine.json`. */
function resolveLogFile(results: string, asked: string): string {
  if (path.isAbsolute(asked)) return path.resolve(asked);
  const [first, ...rest] = path.normalize(asked).split(path.sep);
  const isOwnName = rest.length > 0 && (first === 'results' || first === path.basename(results));
  return path.resolve(results, ...(isOwnName ? rest : [asked]));
}

/** A path with the links in what exists of it resolved. */
async function realFolder(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const parent = path.dirname(file);
    if (!isMissing(error) || parent === file) throw error;
    return path.join(/* turbopackIgnore: true */ await realFolder(parent), path.basename(file));
  }
}

/** A link counts as being there, even one that leads nowhere. */
const lookUp = (file: string): Promise<'there' | 'free' | 'not-a-folder'> =>
  lstat(file).then(
    () => 'there',
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 'free';
      if (error.code === 'ENOTDIR') return 'not-a-folder';
      throw error;
    },
  );
