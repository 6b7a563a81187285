import { existsSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { describeLargeBatch } from '@/lib/data/batch-size.ts';
import { CustomImagesError, customDatasetSize } from '@/lib/data/custom-images.ts';
import { builtInDatasets, isBuiltInDataset } from '@/lib/data/datasets.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { createRunId } from '@/lib/run/run-id.ts';
import { listCustomImages } from '@/server/model/dataset/custom-images/list-custom-images.ts';
import { describeTooLong } from '@/server/model/files/path-length.ts';
import { type Paths, readPaths } from '@/server/model/files/paths.ts';
import { copyAtomically } from '@/server/model/files/write-atomically.ts';
import { helpText } from './flag-help.ts';
import { FlagError, parseFlags } from './flags.ts';
import { runTraining } from './run.ts';
import { linesOf, progressLine } from './telemetry/terminal.ts';

/**
 * `npm run train -- …`: a run from a terminal. It writes the same files to the results folder as a run from the browser,
 * which the server imports, and `cifar10.h5` to the folder that npm was called from.
 *
 * Exits 0 if the run completed, 1 if it failed, 2 if a flag is invalid, 130 if it was canceled.
 */

const exitCodes = { completed: 0, failed: 1, canceled: 130 };

async function main(args: string[]): Promise<number> {
  // npm runs scripts in the project's folder.
  const paths = readPaths(process.env, process.cwd());
  const currentFolder = process.env.INIT_CWD ?? process.cwd();
  let config: TrainConfig | 'help';
  let jsonFile: string | null;
  try {
    config = parseFlags(args);
    if (config === 'help') {
      process.stdout.write(helpText(process.stdout.columns ?? 100));
      return 0;
    }
    jsonFile = jsonFileOf(config, currentFolder);
    await checkDataset(config, paths);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    console.error(`${error.message}\nFor all flags: npm run train -- --help`);
    return 2;
  }
  return train(config, paths, currentFolder, jsonFile);
}

/** Absolute path of the requested log; relative paths start from the folder that npm was called from. Null for the default. */
function jsonFileOf({ json_output_path }: TrainConfig, currentFolder: string): string | null {
  if (json_output_path === '') return null;
  const file = path.resolve(currentFolder, json_output_path);
  const isFolder = /[\\/]$/.test(json_output_path) || (existsSync(file) && statSync(file).isDirectory());
  const problem = isFolder ? 'is a folder; add a file name' : (describeTooLong(file) ?? describeParent(file));
  if (problem) throw new FlagError(`--json_output_path ${json_output_path}: ${problem}`);
  return file;
}

/** @throws FlagError if the run cannot train on its data set, or not in batches of its size */
async function checkDataset(config: TrainConfig, { datasets }: Paths): Promise<void> {
  const name = config.dataset;
  try {
    const size = isBuiltInDataset(name)
      ? builtInDatasets[name].size
      : customDatasetSize(await listCustomImages(path.join(datasets, name)));
    const problem = describeLargeBatch(config, size);
    if (problem) throw new FlagError(`--batch_size ${config.batch_size}: ${problem}`);
  } catch (error) {
    if (error instanceof CustomImagesError) throw new FlagError(`--dataset ${name}: ${error.message}`);
    throw error;
  }
}

/** Why a file's folder cannot exist; null if it exists or can be created. */
function describeParent(file: string): string | null {
  const parent = path.dirname(file);
  if (parent === file) return null;
  if (!existsSync(parent)) return describeParent(parent);
  return statSync(parent).isDirectory() ? null : `must not be inside a file, ${parent}`;
}

async function train(config: TrainConfig, paths: Paths, currentFolder: string, jsonFile: string | null) {
  const { runId, folder } = await createRunFolder(paths.results);
  const journal = await open(path.join(folder, 'events.ndjson'), 'a');
  const show = process.stdout.isTTY ? showProgress() : showLines();
  const isRunLog = jsonFile !== null && isInside(paths.results, jsonFile);
  try {
    await write(journal, {
      runId,
      config,
      createdAt: Date.now(),
      pid: process.pid,
      ...(isRunLog && { logFile: jsonFile }),
    });
    console.log(`Run         ${runId}`);
    const emit = async (event: RunEvent) => {
      show(event);
      if (event.type !== 'progress') await write(journal, event);
    };
    const outcome = await runTraining({
      runId,
      config,
      paths,
      emit,
      signal: cancellation(),
      ...(isRunLog && { logFile: jsonFile }),
    });
    if (outcome !== 'completed') return exitCodes[outcome];
    const model = path.join(currentFolder, 'cifar10.h5');
    await copyAtomically(path.join(folder, 'cifar10.h5'), model);
    const log = path.join(paths.results, `run_${runId}.json`);
    if (jsonFile && !isRunLog) await copyAtomically(log, jsonFile);
    console.log(`Wrote       ${model}, ${jsonFile ?? log}`);
    return exitCodes.completed;
  } finally {
    await journal.close();
  }
}

/** Creates the folder of a new run; its id differs from those of all other runs in the results folder. */
async function createRunFolder(results: string): Promise<{ runId: string; folder: string }> {
  await mkdir(results, { recursive: true });
  for (;;) {
    const runId = createRunId();
    const folder = path.join(results, runId);
    try {
      await mkdir(folder);
      return { runId, folder };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Appends a line in a single write, so that concurrent readers see complete lines only. */
const write = (journal: FileHandle, line: object) => journal.appendFile(`${JSON.stringify(line)}\n`);

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** Output for files and pipes: milestones only. */
const showLines = () => (event: RunEvent) => {
  for (const line of linesOf(event)) console.log(line);
};

/** Output for terminals: milestones, and a progress line below them. */
function showProgress() {
  const clear = '\r\x1b[2K';
  return (event: RunEvent) => {
    const lines = linesOf(event).map((line) => `${line}\n`);
    const progress = event.type === 'progress' ? progressLine(event, process.stdout.columns ?? 80) : '';
    process.stdout.write(clear + lines.join('') + progress);
  };
}

/**
 * Ctrl-C cancels after the current step; a second Ctrl-C ends the process. npm forwards signals that the terminal also sends,
 * so a second signal within `sameKeyPress` ms is ignored. Closing the terminal cancels as well; failed writes to it are
 * ignored.
 */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  const sameKeyPress = 500;
  let first = 0;
  const cancel = () => {
    if (first > 0 && Date.now() - first > sameKeyPress) process.exit(exitCodes.canceled);
    if (first > 0) return;
    first = Date.now();
    console.error('\nCanceling after the current step. Press Ctrl-C again to end immediately.');
    controller.abort();
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  process.on('SIGHUP', cancel);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return controller.signal;
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return exitCodes.failed;
});
