import { readdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
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

const imageFiles = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`).concat('test_batch.bin');
const imagesUrl = 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz';
const weightsFile = /^mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1\.0_(96|128|160|192|224)_no_top\.h5$/;
const weightsUrl =
  'https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5';

/** By name only: the trainer looks inside. */
function readDataStatus(folder: string): SystemStatus['data'] {
  const imagesFolder = path.join(folder, 'cifar-10-batches-bin');
  const present = new Set(namesIn(imagesFolder));
  const images = imageFiles.every((name) => present.has(name));
  const weights = namesIn(folder).some((name) => weightsFile.test(name));
  const problems: string[] = [];
  if (!images) problems.push(`CIFAR-10 is missing. Download ${imagesUrl} and unpack it in ${folder}.`);
  if (!weights) problems.push(`The ImageNet weights are missing. Download ${weightsUrl} into ${folder}.`);
  return { images, weights, folder, problems };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
