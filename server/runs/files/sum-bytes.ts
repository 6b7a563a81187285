import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from './run-files.ts';

/**
 * Yields every file below a folder, or the given file itself. Files are read sequentially, to leave disk time for others.
 * Links are not followed, and files that disappear meanwhile are skipped.
 * @throws the system's error if an entry cannot be read
 */
export async function* filesBelow(entry: string): AsyncGenerator<{ name: string; bytes: number }> {
  try {
    const info = await lstat(entry);
    if (info.isDirectory()) for (const name of await readdir(entry)) yield* filesBelow(path.join(entry, name));
    else yield { name: path.basename(entry), bytes: info.size };
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The total size of all files below `entry`, in bytes; 0 if it does not exist. */
export async function bytesBelow(entry: string): Promise<number> {
  let sum = 0;
  for await (const { bytes } of filesBelow(entry)) sum += bytes;
  return sum;
}
