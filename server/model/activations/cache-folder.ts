import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

/** The folder of what is kept between runs. It is bounded: what was not used for longest goes first. */

export interface CachedFile {
  name: string;
  bytes: number;
  /** Milliseconds since 1970. */
  usedAt: number;
}

/** Every file in a cache folder, the one used last first. */
export async function listCache(folder: string): Promise<CachedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ name }): Promise<CachedFile[]> => {
        const found = await stat(path.join(folder, name)).catch(() => null); // another process may have removed it
        return found ? [{ name, bytes: found.size, usedAt: found.mtimeMs }] : [];
      }),
  );
  return files.flat().sort((a, b) => b.usedAt - a.usedAt);
}

/** Removes these files of a cache folder. A process that has one open can read on. */
export async function removeCached(folder: string, files: readonly CachedFile[]): Promise<void> {
  for (const { name } of files) await rm(path.join(folder, name), { force: true });
}

/** A process' view of the folder: what it has used itself stays. */
export class CacheFolder {
  private readonly used = new Set<string>();

  /** @param limit bytes, of all files together */
  constructor(
    readonly folder: string,
    readonly limit: number,
  ) {}

  file = (name: string): string => path.join(this.folder, name);

  /** Marks a file as used now, by this process. */
  async use(name: string): Promise<void> {
    this.used.add(name);
    const now = new Date();
    await utimes(this.file(name), now, now);
  }

  /** Removes the oldest files until there is room for so many bytes more. @returns false where there cannot be */
  async makeRoom(bytes: number): Promise<boolean> {
    const files = await listCache(this.folder);
    const staying = files.filter(({ name }) => this.used.has(name));
    let room = this.limit - staying.reduce((sum, file) => sum + file.bytes, 0) - bytes;
    if (room < 0) return false;
    const removed: CachedFile[] = [];
    for (const file of files.filter(({ name }) => !this.used.has(name))) {
      room -= file.bytes;
      if (room < 0) removed.push(file);
    }
    await removeCached(this.folder, removed);
    return true;
  }
}
