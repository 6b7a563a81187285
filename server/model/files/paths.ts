import path from 'node:path';

/** Where things lie; absolute. Node only. */
export interface Paths {
  /** CIFAR-10 and the ImageNet weights. */
  data: string;
  /** Logs, model files, and by default the database. */
  results: string;
  /** Folders of own images. */
  datasets: string;
  /** What is computed once and kept between runs; may be emptied at any time. */
  cache: string;
  /** Bytes that the cache may take. */
  cacheLimit: number;
}

const gigabyte = 1e9;
const defaultCacheLimit = '10';

/** Whether CACHE_LIMIT is a number of gigabytes. */
export const isCacheLimit = (text: string): boolean => /^\d+(\.\d+)?$/.test(text);
export const cacheLimitHint = 'CACHE_LIMIT must be a number of gigabytes such as 10 or 0.5.';

/**
 * Reads DATA_DIR, RESULTS_DIR, DATASETS_DIR, CACHE_DIR and CACHE_LIMIT; relative folders count from `root`, the project's.
 * @throws Error where CACHE_LIMIT is no number
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
