import { statfs } from 'node:fs/promises';
import { bytesBelow, filesBelow } from '@/server/runs/files/bytes-below.ts';
import { isCheckpoint } from '@/server/runs/files/run-files.ts';
import type { Services } from '@/server/services.ts';
import type { DiskUse } from './disk-use-type.ts';

/** Adds up what lies in our folders now; takes as long as it takes to look at every file. */
export async function measureDiskUse({ env }: Pick<Services, 'env'>): Promise<DiskUse> {
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
