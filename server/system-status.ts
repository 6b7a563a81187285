import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cifar10Files, standInSize, weightsFileName, weightsUrl } from '../lib/data-files.ts';
import type { RunSummary } from '../lib/run.ts';
import { listRuns } from './runs/read-runs.ts';
import type { Services } from './services.ts';

export interface SystemStatus {
  engine: string;
  threads: number;
  data: {
    images: boolean;
    weights: boolean;
    folder: string;
    /** What is missing and where to get it, a sentence each. */
    problems: string[];
  };
  running: Pick<RunSummary, 'id' | 'name' | 'progress'> | null;
  queued: number;
}

export function readStatus({ db, env }: Pick<Services, 'db' | 'env'>): SystemStatus {
  const runs = listRuns(db);
  const running = runs.find(({ status }) => status === 'running');
  return {
    engine: 'cpu',
    threads: os.availableParallelism(),
    data: readDataStatus(env.paths.data),
    running: running ? { id: running.id, name: running.name, progress: running.progress } : null,
    queued: runs.filter(({ status }) => status === 'queued').length,
  };
}

/** By name only: the trainer looks inside. */
function readDataStatus(folder: string): SystemStatus['data'] {
  const present = new Set(namesIn(path.join(folder, cifar10Files.folder)));
  const images = [...cifar10Files.train, cifar10Files.test].every((name) => present.has(name));
  const weights = namesIn(folder).includes(weightsFileName(standInSize));
  const problems: string[] = [];
  if (!images) problems.push(`CIFAR-10 is missing. Download ${cifar10Files.url} and unpack it in ${folder}.`);
  if (!weights) problems.push(`The ImageNet weights are missing. Download ${weightsUrl(standInSize)} into ${folder}.`);
  return { images, weights, folder, problems };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
