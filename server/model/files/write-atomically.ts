import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { storageFaultOf } from '@/lib/storage-faults.ts';
import { isAlive } from './is-alive.ts';

/**
 * Writes a file atomically: to a temporary file in the same folder, which is flushed and then renamed. Creates the folder
 * if it does not exist, or is removed meanwhile.
 * @returns size in bytes
 */
export async function writeAtomically(file: string, data: string | Uint8Array): Promise<number> {
  const write = (temporary: string) => writeFile(temporary, data, { flush: true });
  try {
    return await replaceAtomically(file, write);
  } catch (error) {
    if (storageFaultOf(error) !== 'misplaced') throw error;
    return replaceAtomically(file, write);
  }
}

/** Copies a file atomically. @returns size in bytes */
export const copyAtomically = (from: string, to: string): Promise<number> =>
  replaceAtomically(to, (temporary) => copyFile(from, temporary));

const temporarySuffix = '.tmp';

/** The temporary file that becomes `file`; its name contains the id of the writing process. */
export const temporaryFor = (file: string): string => `${file}.${process.pid}${temporarySuffix}`;

/** Whether this is the name of a temporary file whose process still exists. */
export function isBeingWritten(name: string): boolean {
  const [, pid] = /\.(\d+)\.tmp$/.exec(name) ?? [];
  return pid !== undefined && isAlive(Number(pid));
}

/** Removes temporary files of killed processes from a folder. No other process may be writing there. */
export async function removePartialFiles(folder: string): Promise<void> {
  const names = await readdir(folder);
  const temporaryFiles = names.filter((name) => name.endsWith(temporarySuffix));
  await Promise.all(temporaryFiles.map((name) => rm(path.join(folder, name), { force: true })));
}

/**
 * Like `writeAtomically`, for content that is not in memory.
 * @param write creates the file at the given temporary path and flushes it to disk
 * @returns size in bytes
 */
export async function replaceAtomically(file: string, write: (temporary: string) => Promise<void>): Promise<number> {
  await mkdir(path.dirname(file), { recursive: true });
  const temporary = temporaryFor(file);
  try {
    await write(temporary);
    const { size } = await stat(temporary);
    await rename(temporary, file);
    return size;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
