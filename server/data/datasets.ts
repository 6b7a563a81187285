import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type CustomFolder, CustomImagesError, customDatasetSize, type SkippedFile } from '@/lib/data/custom-images.ts';
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
import { decodedFactsSchema, decodedFiles } from '@/server/model/dataset/custom-images/decoded-files.ts';
import { listCustomImages } from '@/server/model/dataset/custom-images/list-custom-images.ts';

/** What the form shows about a data set, derived from file names, sizes and dates; no image is decoded. */
export interface DatasetSummary {
  name: string;
  classes: readonly string[];
  /** Null if it cannot be trained on. */
  size: DatasetSize | null;
  /** Why it cannot be trained on; null if it can. */
  problem: string | null;
  /** Skipped files: those that are not images, and those that an earlier run could not read. */
  skipped: SkippedFile[];
}

export interface DatasetList {
  /** The folder for custom images, as an absolute path. */
  folder: string;
  datasets: DatasetSummary[];
}

/** Lists all data sets: the built-in ones, then the folders of custom images. */
export async function listDatasets({ env }: { env: Pick<Env, 'paths'> }): Promise<DatasetList> {
  const { datasets: folder, cache } = env.paths;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
  const found = await Promise.all(names.sort().map((name) => summarise(folder, name, cache)));
  return { folder, datasets: [...builtInDatasetNames.map(builtIn), ...found] };
}

const builtIn = (name: BuiltInDataset): DatasetSummary => ({
  name,
  classes: builtInDatasets[name].classes,
  size: builtInDatasets[name].size,
  problem: null,
  skipped: [],
});

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
    return { name, classes, size: customDatasetSize(listed), problem: null, skipped };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { name, classes: [], size: null, problem, skipped: [] };
  }
}

/**
 * Checks that a run can train on a data set, without reading its images. Data that is missing from the data folder is
 * not an error here, because it may still be downloaded.
 * @throws FieldError with the reason
 */
export async function checkDataset({ env }: { env: Pick<Env, 'paths'> }, name: string): Promise<void> {
  if (isBuiltInDataset(name)) return;
  const { problem } = await summarise(env.paths.datasets, name, env.paths.cache);
  if (problem) throw new FieldError('dataset', `cannot be used: ${problem}`);
}

/** The files that a run found unreadable, provided that the folder has not changed since. */
async function readUnreadableFiles({ fingerprint }: CustomFolder, cache: string): Promise<SkippedFile[]> {
  const text = await readFile(decodedFiles(cache, fingerprint).facts, 'utf8').catch(() => null);
  return text === null ? [] : decodedFactsSchema.parse(JSON.parse(text)).skipped;
}
