import path from 'node:path';

/** Absolute paths of the app's folders. Node only. */
export interface Paths {
  /** CIFAR-10 and the ImageNet weights. */
  data: string;
  /** Logs, model files, and by default the database. */
  results: string;
  /** Folders of custom images. */
  datasets: string;
  /** Values cached across runs; the folder may be emptied at any time. */
  cache: string;
  /** Maximum size of the cache, in bytes. */
  cacheLimit: number;
}

const gigabyte = 1e9;
const defaultCacheLimit = '10';

/** Whether CACHE_LIMIT is a number of gigabytes. */
export const isCacheLimit = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);
export const cacheLimitHint = 'CACHE_LIMIT must be a number of gigabytes such as 10 or 0.5.';

/**
 * Reads DATA_DIR, RESULTS_DIR, DATASETS_DIR, CACHE_DIR and CACHE_LIMIT.
 * @param root the project's folder, which relative paths are resolved against
 * @throws Error if CACHE_LIMIT is not a number
 */
export function readPaths(environment: Record<string, string | undefined>, root: string): Paths {
  const folder = (name: string, fallback: string) => path.resolve(root, environment[name] || fallback);
  const limit = environment.CACHE_LIMIT || defaultCacheLimit;
  if (!isCacheLimit(limit)) throw new Error(cacheLimitHint);
  return {
    data: folder('DATA_DIR', '.data'),
    results: folder('RESULTS_DIR', 'results'),
    datasets: folder('DATASETS_DIR', 'datasets'),
    cache: folder('CACHE_DIR', '.cache'),
    cacheLimit: Number(limit) * gigabyte,
  };
}
