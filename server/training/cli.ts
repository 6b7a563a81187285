import { existsSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { createRunId } from '@/lib/run/run-id.ts';
import { type Paths, readPaths } from '@/server/model/files/paths.ts';
import { copyAtomically } from '@/server/model/files/write-atomically.ts';
import { helpText } from './flag-help.ts';
import { FlagError, parseFlags } from './flags.ts';
import { runTraining } from './run.ts';
import { linesOf, progressLine } from './telemetry/terminal.ts';

/**
 * `npm run train -- …`: a run from a terminal. It leaves what a run from the browser leaves in the results folder, from
 * where the server adopts it, and `cifar10.h5` in the folder that npm was called from.
 *
 * Exits 0 when the run completed, 1 when it failed, 2 where the flags are wrong, 130 when it was canceled.
 */

const exitCodes = { completed: 0, failed: 1, canceled: 130 };

async function main(args: string[]): Promise<number> {
  // npm runs its scripts in the project's folder.
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
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    console.error(`${error.message}\nEvery flag: npm run train -- --help`);
    return 2;
  }
  return train(config, paths, currentFolder, jsonFile);
}

/** Where the log is wanted, absolute; relative paths count from the folder that the person is in. */
function jsonFileOf({ json_output_path }: TrainConfig, currentFolder: string): string | null {
  if (json_output_path === '') return null;
  const file = path.resolve(currentFolder, json_output_path);
  const isFolder = /[\\/]$/.test(json_output_path) || (existsSync(file) && statSync(file).isDirectory());
  if (isFolder) throw new FlagError(`--json_output_path ${json_output_path}: is a folder; name a file in it`);
  return file;
}

async function train(config: TrainConfig, paths: Paths, currentFolder: string, jsonFile: string | null) {
  const runId = createRunId();
  const folder = path.join(paths.results, runId);
  await mkdir(folder, { recursive: true });
  const journal = await open(path.join(folder, 'events.ndjson'), 'a');
  const screen = process.stdout.isTTY ? drawing() : printing();
  const isOwnLog = jsonFile !== null && isInside(paths.results, jsonFile);
  try {
    await write(journal, {
      runId,
      config,
      createdAt: Date.now(),
      pid: process.pid,
      ...(isOwnLog && { logFile: jsonFile }),
    });
    console.log(`Run         ${runId}`);
    const emit = async (event: RunEvent) => {
      screen(event);
      if (event.type !== 'progress') await write(journal, event);
    };
    const outcome = await runTraining({
      runId,
      config,
      paths,
      emit,
      signal: cancellation(),
      ...(isOwnLog && { logFile: jsonFile }),
    });
    if (outcome !== 'completed') return exitCodes[outcome];
    const model = path.join(currentFolder, 'cifar10.h5');
    await copyAtomically(path.join(folder, 'cifar10.h5'), model);
    const log = path.join(paths.results, `run_${runId}.json`);
    if (jsonFile && !isOwnLog) await copyAtomically(log, jsonFile);
    console.log(`Wrote       ${model}, ${jsonFile ?? log}`);
    return exitCodes.completed;
  } finally {
    await journal.close();
  }
}

/** A line of its own, in one write: whoever reads meanwhile sees whole lines. */
const write = (journal: FileHandle, line: object) => journal.appendFile(`${JSON.stringify(line)}\n`);

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** For files and pipes: what happened, line by line. */
const printing = () => (event: RunEvent) => {
  for (const line of linesOf(event)) console.log(line);
};

/** For terminals: the same, with a progress line under it. */
function drawing() {
  const clear = '\r\x1b[2K';
  return (event: RunEvent) => {
    const lines = linesOf(event).map((line) => `${line}\n`);
    const progress = event.type === 'progress' ? progressLine(event, process.stdout.columns ?? 80) : '';
    process.stdout.write(clear + lines.join('') + progress);
  };
}

/**
 * Ctrl-C cancels at the next step, and once more ends the process. npm passes on a signal that the terminal sent too. A
 * terminal that is closed cancels as well; what is said after that is heard by nobody, and that is no reason to end.
 */
function cancellation(): AbortSignal {
  const controller = new AbortController();
  const sameKeyPress = 500;
  let first = 0;
  const cancel = () => {
    if (first > 0 && Date.now() - first > sameKeyPress) process.exit(exitCodes.canceled);
    if (first > 0) return;
    first = Date.now();
    console.error('\nCanceling after this step. Ctrl-C once more ends it at once.');
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
