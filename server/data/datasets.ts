import { isUtf8 } from 'node:buffer';
import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { describeLargeBatch } from '@/lib/data/batch-size.ts';
import {
  type CustomFolder,
  CustomImagesError,
  customDatasetSize,
  type FolderSplit,
  type SkippedFile,
} from '@/lib/data/custom-images.ts';
import { datasetNameSchema } from '@/lib/data/dataset-name.ts';
import {
  type BuiltInDataset,
  builtInDatasetNames,
  builtInDatasets,
  type DatasetSize,
  isBuiltInDataset,
} from '@/lib/data/datasets.ts';
import type { Env } from '@/server/env.ts';
import { FieldError } from '@/server/errors.ts';
import { decodedFiles, readDecodedFacts } from '@/server/model/dataset/custom-images/decoded-files.ts';
import { listCustomImages } from '@/server/model/dataset/custom-images/list-custom-images.ts';
import { describeReadError } from '@/server/model/files/read-bounded.ts';

/** What the form shows about a data set, derived from file names, sizes and dates; no image is decoded. */
export interface DatasetSummary {
  name: string;
  classes: readonly string[];
  /** Null if it cannot be trained on. */
  size: DatasetSize | null;
  /** Why it cannot be trained on; null if it can. */
  problem: string | null;
  /** Skipped files: those that are not images, and those that an earlier run could not read. */
  skipped: readonly SkippedFile[];
  /** Which folders hold the training and test images; null if nothing separates them. */
  split: FolderSplit | null;
}

export interface DatasetList {
  /** The folder for custom images, as an absolute path. */
  folder: string;
  /** Why that folder cannot be read; null if it can, or does not exist. */
  problem: string | null;
  datasets: DatasetSummary[];
}

/** Lists all data sets: the built-in ones, then the folders of custom images. */
export async function listDatasets({ env }: { env: Pick<Env, 'paths'> }): Promise<DatasetList> {
  const { datasets: folder, cache } = env.paths;
  const builtIns = builtInDatasetNames.map(builtIn);
  let entries: Dirent<Buffer>[];
  try {
    entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' });
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const problem = isMissing ? null : `${folder} cannot be read: ${describeReadError(error)}.`;
    return { folder, problem, datasets: builtIns };
  }
  const found = entries
    .filter((entry) => !entry.isFile())
    .map(({ name }) => ({ name: name.toString('utf8'), isReadable: isUtf8(name) }))
    .filter(({ name }) => !name.startsWith('.'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const summaries = found.map(({ name, isReadable }) =>
    isReadable
      ? summarise(folder, name, cache)
      : unusable(name, new CustomImagesError('Rename the folder: its name is not UTF-8.')),
  );
  return { folder, problem: null, datasets: [...builtIns, ...(await Promise.all(summaries))] };
}

const builtIn = (name: BuiltInDataset): DatasetSummary => ({
  name,
  classes: builtInDatasets[name].classes,
  size: builtInDatasets[name].size,
  problem: null,
  skipped: [],
  split: null,
});

function unusable(name: string, error: unknown): DatasetSummary {
  const skipped = error instanceof CustomImagesError ? error.skipped : [];
  // Errors of the file system contain a path and a system call.
  const isPhrased = error instanceof Error && !('code' in error);
  const problem = isPhrased ? error.message : `It cannot be read: ${describeReadError(error)}.`;
  return { name, classes: [], size: null, problem, skipped, split: null };
}

async function summarise(folder: string, name: string, cache: string): Promise<DatasetSummary> {
  try {
    if (isBuiltInDataset(name)) {
      throw new CustomImagesError(`The name ${name} is reserved for a built-in data set. Rename the folder.`);
    }
    if (!datasetNameSchema.safeParse(name).success) {
      throw new CustomImagesError(
        'Rename the folder: its name may contain only letters, digits, spaces, dots, dashes and underscores.',
      );
    }
    const listed = await listCustomImages(path.join(folder, name));
    const classes = listed.classes.map((each) => (typeof each === 'string' ? each : each.name));
    const skipped = [...listed.skipped, ...(await readUnreadableFiles(listed, cache))];
    return { name, classes, size: customDatasetSize(listed), problem: null, skipped, split: listed.split };
  } catch (error) {
    return unusable(name, error);
  }
}

/**
 * Checks that a run can train on its data set in batches of its size, without reading the images. Data that is missing from
 * the data folder is not an error here, because it may still be downloaded.
 * @throws FieldError with the reason
 */
export async function checkDataset({ env }: { env: Pick<Env, 'paths'> }, config: TrainConfig): Promise<void> {
  const name = config.dataset;
  const { size, problem } = isBuiltInDataset(name)
    ? builtIn(name)
    : await summarise(env.paths.datasets, name, env.paths.cache);
  if (problem) throw new FieldError('dataset', `cannot be used: ${problem}`);
  const largeBatch = size && describeLargeBatch(config, size);
  if (largeBatch) throw new FieldError('batch_size', largeBatch);
}

/** The files that a run found unreadable, provided that the folder has not changed since. */
async function readUnreadableFiles({ fingerprint }: CustomFolder, cache: string): Promise<readonly SkippedFile[]> {
  return (await readDecodedFacts(decodedFiles(cache, fingerprint).facts))?.skipped ?? [];
}
