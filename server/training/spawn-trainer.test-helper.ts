import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { type RunEvent, runEventSchema, type TrainerCommand } from '@/lib/run/events.ts';
import { builtTrainer } from '@/tools/testing/paths.ts';

// The bundled trainer over IPC, as the server runs it. `npm test` builds it when it is stale.
const entry = builtTrainer;

export const send = (child: ChildProcess, command: TrainerCommand) => child.send(command);

type Start = Extract<TrainerCommand, { type: 'start' }>;

interface Options {
  /** The data folder. */
  data: string;
  /** Parent of the results and cache folders. */
  folder: string;
  resume?: Start['resume'];
  attempt?: Start['attempt'];
  finish?: Start['finish'];
  /** May control the trainer. */
  onEvent?: (event: RunEvent, child: ChildProcess) => void;
}

/** Runs a trainer until it exits. */
export function spawnTrainer(
  runId: string,
  config: TrainConfigInput,
  { data, folder, resume, attempt, finish, onEvent }: Options,
): Promise<{ events: RunEvent[]; code: number | null; results: string }> {
  const child = spawn(process.execPath, [entry], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const events: RunEvent[] = [];
  const paths = {
    data,
    results: path.join(folder, 'results'),
    datasets: folder,
    cache: path.join(folder, 'cache'),
    cacheLimit: 1e9,
  };
  send(child, { type: 'start', runId, config: trainConfigSchema.parse(config), paths, resume, attempt, finish });
  child.on('message', (message) => {
    const event = runEventSchema.parse(message);
    events.push(event);
    onEvent?.(event, child);
  });
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve({ events, code, results: paths.results }));
  });
}
