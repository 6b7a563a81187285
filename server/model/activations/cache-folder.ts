import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { isBeingWritten } from '@/server/model/files/write-atomically.ts';

/** The cache folder, shared by all runs. Its size is limited: the least recently used files are removed first. */

export interface CachedFile {
  name: string;
  bytes: number;
  /** Time of last use, Unix ms. */
  usedAt: number;
}

/** Lists the files in a cache folder, most recently used first, except those that a process is still writing. */
export async function listCache(folder: string): Promise<CachedFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile() && !isBeingWritten(entry.name))
      .map(async ({ name }): Promise<CachedFile[]> => {
        const stats = await stat(path.join(folder, name)).catch(() => null); // another process may have removed it
        return stats ? [{ name, bytes: stats.size, usedAt: stats.mtimeMs }] : [];
      }),
  );
  return files.flat().sort((a, b) => b.usedAt - a.usedAt);
}

/** Removes files from a cache folder. A process that has one of them open can continue to read it. */
export async function removeCached(folder: string, files: readonly CachedFile[]): Promise<void> {
  for (const { name } of files) await rm(path.join(folder, name), { force: true });
}

/** A process's view of the cache folder. Files that this process has used are never removed. */
export class CacheFolder {
  private readonly used = new Set<string>();

  /** @param limit total size of all files, in bytes */
  constructor(
    readonly folder: string,
    readonly limit: number,
  ) {}

  file = (name: string): string => path.join(this.folder, name);

  /** Marks a file as used by this process, now. */
  async use(name: string): Promise<void> {
    this.used.add(name);
    const now = new Date();
    await utimes(this.file(name), now, now).catch(() => {}); // the cache may have been cleared
  }

  /** Removes the least recently used files until `bytes` more fit. @returns false if they cannot fit */
  async makeRoom(bytes: number): Promise<boolean> {
    const files = await listCache(this.folder);
    const inUse = files.filter(({ name }) => this.used.has(name));
    let room = this.limit - inUse.reduce((sum, file) => sum + file.bytes, 0) - bytes;
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
