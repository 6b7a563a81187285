import { copyFile, mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Writes a file so that under its name there is never half of it: to a temporary name beside it, then renamed once it is
 * on the disk. Makes the folder where there is none.
 * @returns its size in bytes
 */
export const writeAtomically = (file: string, data: string | Uint8Array): Promise<number> =>
  replaceAtomically(file, (temporary) => writeFile(temporary, data, { flush: true }));

/** Copies a file so that under its new name, too, there is never half of it. @returns its size in bytes */
export const copyAtomically = (from: string, to: string): Promise<number> =>
  replaceAtomically(to, (temporary) => copyFile(from, temporary));

const temporarySuffix = '.tmp';

/** Removes what processes that were killed have left half written in a folder; nobody else may be writing there. */
export async function removePartialFiles(folder: string): Promise<void> {
  const names = await readdir(folder);
  const halves = names.filter((name) => name.endsWith(temporarySuffix));
  await Promise.all(halves.map((name) => rm(path.join(folder, name), { force: true })));
}

/** The same for a file that `write` makes itself under the temporary name; it must be on the disk when that is done. */
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
