import { statfs } from 'node:fs/promises';
import type { BaseContext } from '@/server/base-context.ts';
import { isCheckpoint } from '@/server/runs/files/run-files.ts';
import { bytesBelow, filesBelow } from '@/server/runs/files/sum-bytes.ts';

interface FolderUse {
  /** Absolute. */
  folder: string;
  /** Of all that lies in it. */
  bytes: number;
}

/** How much of the disk is ours, and where. */
export interface DiskUse {
  /** Runs with their models and checkpoints, logs, and by default the database. */
  results: FolderUse & { checkpointBytes: number };
  /** What may be emptied at any time. @see Paths.cacheLimit */
  cache: FolderUse & { limit: number };
  /** CIFAR-10 and weights. */
  data: FolderUse;
  /** Folders of own images. */
  datasets: FolderUse;
  /** What is left on the disk of the results. */
  freeBytes: number;
}

/** Adds up what lies in our folders now; takes as long as it takes to look at every file. */
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
