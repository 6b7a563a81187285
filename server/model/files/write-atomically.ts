import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file atomically: to a temporary file in the same folder, which is flushed and then renamed. Creates the folder
 * if it does not exist.
 * @returns size in bytes
 */
export const writeAtomically = (file: string, data: string | Uint8Array): Promise<number> =>
  replaceAtomically(file, (temporary) => writeFile(temporary, data, { flush: true }));

/** Copies a file atomically. @returns size in bytes */
export const copyAtomically = (from: string, to: string): Promise<number> =>
  replaceAtomically(to, (temporary) => copyFile(from, temporary));

const temporarySuffix = '.tmp';

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
  const temporary = `${file}.${process.pid}${temporarySuffix}`;
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
