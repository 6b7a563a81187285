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
