import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { RunRow } from '@/drizzle/schema.ts';
import { modelFilesBy } from '@/lib/network/model-files.ts';

/** The downloadable files of a run, with their content types. No other names are served. */
export const runFileTypes = {
  ...modelFilesBy('contentType'),
  'run.json': 'application/json; charset=utf-8',
  'predictions.bin': 'application/octet-stream',
  'wall.png': 'image/png',
  'trainer.log': 'text/plain; charset=utf-8',
} as const;
export type RunFileName = keyof typeof runFileTypes;

export const isRunFileName = (name: string): name is RunFileName => Object.hasOwn(runFileTypes, name);

export interface RunFile {
  name: RunFileName;
  /** Absolute, links resolved, within the results folder. */
  path: string;
  bytes: number;
}

/** The path of a run's file: the log at its configured path, all others in the run's folder. */
const pathOf = (results: string, run: Pick<RunRow, 'id' | 'logFile'>, name: RunFileName): string =>
  name === 'run.json' ? path.resolve(results, run.logFile) : path.join(results, run.id, name);

/** Finds a file of a run; null if it is missing, not a regular file, or a link out of the folder it belongs in. */
export async function findRunFile(
  results: string,
  run: Pick<RunRow, 'id' | 'logFile'>,
  name: RunFileName,
): Promise<RunFile | null> {
  try {
    const file = await realpath(pathOf(results, run, name));
    const info = await stat(file);
    const root = await realpath(results);
    const folder = name === 'run.json' ? root : await realpath(path.join(results, run.id));
    if (!info.isFile() || !isInside(folder, file) || !isInside(root, file)) return null;
    return { name, path: file, bytes: info.size };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** The files of a run that exist now. */
export async function listRunFiles(results: string, run: Pick<RunRow, 'id' | 'logFile'>): Promise<RunFile[]> {
  const names = Object.keys(runFileTypes) as RunFileName[];
  const files = await Promise.all(names.map((name) => findRunFile(results, run, name)));
  return files.filter((file) => file !== null);
}

/** The checkpoint of a run and the previous one. */
const checkpoints = ['checkpoint.safetensors', 'checkpoint-before.safetensors'];

export const isCheckpoint = (name: string): boolean => checkpoints.includes(name);

/** Whether a run has a checkpoint to resume from. */
export const hasCheckpoint = (results: string, id: string): boolean =>
  checkpoints.some((name) => existsSync(path.join(results, id, name)));

/** Whether a path is inside a folder; both absolute. */
export function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
