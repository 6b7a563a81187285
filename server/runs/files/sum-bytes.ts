import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isMissing } from './run-files.ts';

/**
 * Every file in a folder and the folders in it, one after the other, so that others get at the disk meanwhile; or the one
 * file that is named. Links count as themselves, not as what they lead to. What goes while it is looked for is left out.
 * @throws what the system says where something cannot be read
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

/** What all of them take together, in bytes; 0 where there is nothing. */
export async function bytesBelow(entry: string): Promise<number> {
  let sum = 0;
  for await (const { bytes } of filesBelow(entry)) sum += bytes;
  return sum;
}
