import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type EndEvent, isEndEvent, type RunEvent, runEventSchema, type TrainerCommand } from '@/lib/run/events.ts';
import { LastLines } from '@/server/runs/files/last-lines.ts';
import { countMemoryKills } from './count-memory-kills.ts';
import { endEventOf, type TrainerEnd } from './trainer-end.ts';
import { watchHeartbeat } from './watch-heartbeat.ts';

export interface TrainerProcess {
  /**
   * Asks the trainer to stop, and kills it if it does not. Events that it still emits are dropped.
   * @returns false if its end is already known, which stands
   */
  cancel(): boolean;
  /** How the run ended, once the process is gone and its log is written. Never rejects. */
  ended: Promise<EndEvent>;
}

interface TrainerOptions {
  /** The bundled trainer, a file that Node can run. */
  entry: string;
  command: Exclude<TrainerCommand, { type: 'cancel' }>;
  /** Receives its stdout and stderr. The folder must exist. */
  logFile: string;
  /** Seconds that it may be silent or in one step (`verdictOn`). */
  patience: number;
  /** Receives every event but the end. If it throws, this attempt ends. */
  onEvent: (event: Exclude<RunEvent, EndEvent>) => void;
}

type State =
  | { is: 'working' }
  /** It was asked to stop: only an end still counts. */
  | { is: 'canceling' }
  /** Its end is known; nothing more is heard. It is about to exit, or is killed. */
  | { is: 'ending'; end: TrainerEnd };

/**
 * A trainer reads `cancel` between two steps. SIGTERM follows, and SIGKILL for one in the middle of a long step, so that
 * it is gone within five seconds. Milliseconds after it was asked.
 */
const untilTerminate = 2000;
const untilKill = 3500;
/** How long a trainer may take to exit after it has emitted its end or closed its channel. Milliseconds. */
const untilExit = 5000;

/**
 * Starts a trainer, to train, export or probe, and listens to it. Its end is reported only when its process is gone, so
 * that a failure can contain what it printed. An exit code alone never means success.
 */
export function startTrainer(options: TrainerOptions): TrainerProcess {
  const memoryKills = countMemoryKills();
  const child = spawnTrainer(options.entry);
  if (child.pid === undefined) return { cancel: () => false, ended: failedStart(child) };
  const output = keepOutput(child, options.logFile);
  let state: State = { is: 'working' };
  const timers: NodeJS.Timeout[] = [];
  const after = (milliseconds: number, action: () => void) => timers.push(setTimeout(action, milliseconds));
  const endWith = (end: TrainerEnd, patience = 0) => {
    if (state.is === 'ending') return;
    state = { is: 'ending', end };
    after(patience, () => child.kill('SIGKILL'));
  };
  const giveUp = (end: TrainerEnd) => {
    if (state.is === 'working') endWith(end);
  };
  const endWatch = watchHeartbeat(child.stdio[4] as Readable, options.patience, (reason) =>
    giveUp({ type: 'given-up', reason }),
  );

  // A server that crashes leaves no trainer behind, not even one that ignores every message.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);

  child.on('message', (message) => {
    if (state.is === 'ending') return;
    const { data: event, error } = runEventSchema.safeParse(message);
    if (error) {
      endWith({ type: 'protocol-error' });
    } else if (isEndEvent(event)) {
      const isAsked = event.type !== 'canceled' || state.is === 'canceling';
      endWith(isAsked ? { type: 'reported', event } : { type: 'stopped-from-outside' }, untilExit);
    } else if (state.is === 'working') {
      try {
        options.onEvent(event);
      } catch (error) {
        endWith({ type: 'unrecorded', error });
      }
    }
  });
  child.on('disconnect', () => {
    if (state.is === 'working') after(untilExit, () => giveUp({ type: 'disconnected' }));
  });
  // A signal or message that could not be sent: the process is gone, which `close` reports.
  child.on('error', (error) => console.error(`The trainer of process ${child.pid}: ${error.message}`));
  child.send(options.command, () => {});

  const endAfterExit = (code: number | null, signal: NodeJS.Signals | null): TrainerEnd => {
    if (state.is === 'ending') return state.end;
    if (state.is === 'canceling') return { type: 'canceled' };
    if (signal === 'SIGKILL' && countMemoryKills() > memoryKills) return { type: 'out-of-memory' };
    return signal ? { type: 'killed', signal } : { type: 'exited', code };
  };
  const awaitEnd = async (): Promise<EndEvent> => {
    const { code, signal } = await closeOf(child);
    process.off('exit', killNow);
    endWatch();
    timers.forEach(clearTimeout);
    const end = endAfterExit(code, signal);
    return endEventOf(end, await output.close());
  };

  return {
    ended: awaitEnd(),
    cancel() {
      if (state.is === 'ending') return false;
      if (state.is === 'canceling') return true;
      state = { is: 'canceling' };
      child.send({ type: 'cancel' } satisfies TrainerCommand, () => {});
      after(untilTerminate, () => child.kill('SIGTERM'));
      after(untilKill, () => child.kill('SIGKILL'));
      return true;
    },
  };
}

const spawnTrainer = (entry: string): ChildProcess =>
  spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // CUDA's TF32 would round the factors of products to ten bits.
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0', HEARTBEAT_PIPE: '4' },
    // Ctrl-C in the terminal is for the server, which ends its trainer itself.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });

/** A process that the system could not start has neither a number nor, at times, streams. */
async function failedStart(child: ChildProcess): Promise<EndEvent> {
  const [error] = await once(child, 'error');
  return endEventOf({ type: 'not-started', error }, []);
}

/** `close` comes after the last byte of every stream, the channel included. */
const closeOf = (child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
  new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));

/** Appends what the trainer prints to its log. */
function keepOutput(child: ChildProcess, logFile: string) {
  const log = createWriteStream(logFile, { flags: 'a' });
  log.on('error', (error) => console.error(`${logFile} cannot be written: ${error.message}`));
  const lastLines = new LastLines();
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      lastLines.add(text);
      log.write(text);
    });
  }
  return {
    /** @returns the last lines, once the log is written */
    async close(): Promise<string[]> {
      log.end();
      await finished(log).catch(() => {});
      return lastLines.get();
    },
  };
}
