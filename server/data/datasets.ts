import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { datasetNameSchema } from '@/lib/data/dataset-name.ts';
import {
  type BuiltInDataset,
  builtInDatasetNames,
  builtInDatasets,
  type DatasetSize,
  isBuiltInDataset,
} from '@/lib/data/datasets.ts';
import { type OwnFolder, OwnImagesError, type SkippedFile, sizeOfOwn } from '@/lib/data/own-images.ts';
import type { Env } from '@/server/env.ts';
import { FieldError } from '@/server/errors.ts';
import { decodedFactsSchema, decodedFiles } from '@/server/model/dataset/own-images/decoded-files.ts';
import { listOwnImages } from '@/server/model/dataset/own-images/list-own-images.ts';

/** What the form shows of a data set: from names, sizes and dates of files, without decoding any. */
export interface DatasetSummary {
  name: string;
  classes: readonly string[];
  /** Null where nobody can train on it. */
  size: DatasetSize | null;
  /** Why not. */
  problem: string | null;
  /** Files that are left out: found in the folder, and those that a run could not read. */
  skipped: SkippedFile[];
}

export interface DatasetList {
  /** Where own images go, absolute. */
  folder: string;
  datasets: DatasetSummary[];
}

/** Every data set: the built-in ones, and the folders of own images. */
export async function listDatasets({ env }: { env: Pick<Env, 'paths'> }): Promise<DatasetList> {
  const { datasets: folder, cache } = env.paths;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const own = entries.filter((entry) => !entry.isFile() && !entry.name.startsWith('.')).map(({ name }) => name);
  const found = await Promise.all(own.sort().map((name) => look(folder, name, cache)));
  return { folder, datasets: [...builtInDatasetNames.map(builtIn), ...found] };
}

const builtIn = (name: BuiltInDataset): DatasetSummary => ({
  name,
  classes: builtInDatasets[name].classes,
  size: builtInDatasets[name].size,
  problem: null,
  skipped: [],
});

async function look(folder: string, name: string, cache: string): Promise<DatasetSummary> {
  try {
    if (isBuiltInDataset(name)) throw new OwnImagesError(`${name} is a name that is taken. Rename the folder.`);
    if (!datasetNameSchema.safeParse(name).success) {
      throw new OwnImagesError('Rename the folder: letters, digits, spaces, dots, dashes and _ may be in its name.');
    }
    const listed = await listOwnImages(path.join(folder, name));
    const classes = listed.classes.map((each) => (typeof each === 'string' ? each : each.name));
    const skipped = [...listed.skipped, ...(await unreadable(listed, cache))];
    return { name, classes, size: sizeOfOwn(listed), problem: null, skipped };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { name, classes: [], size: null, problem, skipped: [] };
  }
}

/**
 * Whether a run can have this data set, as far as can be told without reading it. What the data folder lacks is another
 * matter: that may still come.
 * @throws FieldError in words
 */
export async function checkDataset({ env }: { env: Pick<Env, 'paths'> }, name: string): Promise<void> {
  if (isBuiltInDataset(name)) return;
  const { problem } = await look(env.paths.datasets, name, env.paths.cache);
  if (problem) throw new FieldError('dataset', `cannot be used. ${problem}`);
}

/** What a run has found out about the files as they are now. */
async function unreadable({ fingerprint }: OwnFolder, cache: string): Promise<SkippedFile[]> {
  const text = await readFile(decodedFiles(cache, fingerprint).facts, 'utf8').catch(() => null);
  return text === null ? [] : decodedFactsSchema.parse(JSON.parse(text)).skipped;
}
