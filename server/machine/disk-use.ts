import { statfs } from 'node:fs/promises';
import type { BaseContext } from '@/server/base-context.ts';
import { isCheckpoint } from '@/server/runs/files/run-files.ts';
import { bytesBelow, filesBelow } from '@/server/runs/files/sum-bytes.ts';

interface FolderUse {
  /** Absolute. */
  folder: string;
  /** The total size of its files. */
  bytes: number;
}

/** The disk space used by each of the app's folders. */
export interface DiskUse {
  /** Runs with models and checkpoints, logs, and by default the database. */
  results: FolderUse & { checkpointBytes: number };
  /** May be emptied at any time. `limit` is in bytes (`Paths.cacheLimit`). */
  cache: FolderUse & { limit: number };
  /** CIFAR-10 and the weights. */
  data: FolderUse;
  /** Folders of custom images. */
  datasets: FolderUse;
  /** Free space on the disk of the results folder. */
  freeBytes: number;
}

/** Sums the sizes of all files in the app's folders. Reads every entry, so it may be slow. */
export async function measureDiskUse({ env }: Pick<BaseContext, 'env'>): Promise<DiskUse> {
  const { results, cache, data, datasets, cacheLimit } = env.paths;
  const use = { bytes: 0, checkpointBytes: 0 };
  for await (const { name, bytes } of filesBelow(results)) {
    use.bytes += bytes;
    if (isCheckpoint(name)) use.checkpointBytes += bytes;
  }
  const { bavail, bsize } = await statfs(results);
  return {
    results: { folder: results, ...use },
    cache: { folder: cache, bytes: await bytesBelow(cache), limit: cacheLimit },
    data: { folder: data, bytes: await bytesBelow(data) },
    datasets: { folder: datasets, bytes: await bytesBelow(datasets) },
    freeBytes: bavail * bsize,
  };
}
