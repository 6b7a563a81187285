import path from 'node:path';

/** Where things lie; absolute. Node only. */
export interface Paths {
  /** CIFAR-10 and the ImageNet weights. */
  data: string;
  /** Logs, model files, and by default the database. */
  results: string;
  /** Folders of own images. */
  datasets: string;
  /** Features kept between runs; may be emptied at any time. */
  cache: string;
}

/** Reads DATA_DIR, RESULTS_DIR, DATASETS_DIR and CACHE_DIR; relative ones count from `root`, the project's folder. */
export function readPaths(environment: Record<string, string | undefined>, root: string): Paths {
  const folder = (name: string, fallback: string) => path.resolve(root, environment[name] || fallback);
  return {
    data: folder('DATA_DIR', '.data'),
    results: folder('RESULTS_DIR', 'results'),
    datasets: folder('DATASETS_DIR', 'datasets'),
    cache: folder('CACHE_DIR', '.cache'),
  };
}
