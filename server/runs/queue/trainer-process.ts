import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type EndEvent, isEndEvent } from '@/lib/run/end-event.ts';
import { type FinishScope, type RunEvent, runEventSchema, type TrainerCommand } from '@/lib/run/events.ts';
import { LastLines } from '@/server/runs/files/last-lines.ts';
import { countMemoryKills } from './count-memory-kills.ts';
import { endEventOf, type TrainerEnd } from './trainer-end.ts';
import { watchHeartbeat } from './watch-heartbeat.ts';

export interface TrainerProcess {
  /**
   * Asks the trainer to stop, and kills it if it does not. Events that it still emits are dropped.
   * @returns false if it has already ended, which this does not change
   */
  cancel(): boolean;
  /**
   * Asks the trainer to end training early.
   * @returns false if it is being canceled or has already ended
   */
  finish(scope: FinishScope): boolean;
  /** Resolves to the end of the attempt once the process has exited and its log is written. Never rejects. */
  ended: Promise<EndEvent>;
}

interface TrainerOptions {
  /** The trainer's entry file, run by Node. */
  entry: string;
  command: Exclude<TrainerCommand, { type: 'cancel' | 'finish' }>;
  /** Receives its stdout and stderr. The folder must exist. */
  logFile: string;
  /** Seconds without a heartbeat, or within one step, after which it is stopped (`checkHeartbeat`). */
  timeout: number;
  /** Receives every event except the end. If it throws, the attempt ends. */
  onEvent: (event: Exclude<RunEvent, EndEvent>) => void;
}

type State =
  | { is: 'working' }
  /** It was asked to stop; only its end is still processed. */
  | { is: 'canceling' }
  /** Its end is known, and further events are ignored. It is about to exit or to be killed. */
  | { is: 'ending'; end: TrainerEnd };

/**
 * A trainer reads `cancel` between two steps. SIGTERM follows, then SIGKILL in case of a long step, so that it exits within
 * five seconds. Milliseconds after the request.
 */
const terminateDelay = 2000;
const killDelay = 3500;
/** How long a trainer may take to exit after it has emitted its end or closed its channel. Milliseconds. */
const exitTimeout = 5000;

/**
 * Starts a trainer to train, export or probe. Its end is reported only after the process has exited, so that a failure can
 * include its output. An exit code alone never means success.
 */
export function startTrainer(options: TrainerOptions): TrainerProcess {
  const memoryKills = countMemoryKills();
  const child = spawnTrainer(options.entry);
  if (child.pid === undefined) {
    return { cancel: () => false, finish: () => false, ended: failedStart(child) };
  }
  const output = captureOutput(child, options.logFile);
  let state: State = { is: 'working' };
  const timers: NodeJS.Timeout[] = [];
  const after = (milliseconds: number, action: () => void) => timers.push(setTimeout(action, milliseconds));
  const endWith = (end: TrainerEnd, delay = 0) => {
    if (state.is === 'ending') return;
    state = { is: 'ending', end };
    after(delay, () => child.kill('SIGKILL'));
  };
  const giveUp = (end: TrainerEnd) => {
    if (state.is === 'working') endWith(end);
  };
  const endWatch = watchHeartbeat(child.stdio[4] as Readable, options.timeout, (reason) =>
    giveUp({ type: 'given-up', reason }),
  );

  // A crashing server must not leave a trainer behind, not even one that ignores every message.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);

  child.on('message', (message) => {
    if (state.is === 'ending') return;
    const { data: event, error } = runEventSchema.safeParse(message);
    if (error) {
      endWith({ type: 'protocol-error' });
    } else if (isEndEvent(event)) {
      const isExpected = event.type !== 'canceled' || state.is === 'canceling';
      endWith(isExpected ? { type: 'reported', event } : { type: 'stopped-from-outside' }, exitTimeout);
    } else if (state.is === 'working') {
      try {
        options.onEvent(event);
      } catch (error) {
        endWith({ type: 'unrecorded', error });
      }
    }
  });
  child.on('disconnect', () => {
    if (state.is === 'working') after(exitTimeout, () => giveUp({ type: 'disconnected' }));
  });
  // A signal or message could not be sent, because the process has exited; `close` reports that.
  child.on('error', (error) => console.error(`Trainer process ${child.pid}: ${error.message}`));
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
    finish(scope) {
      if (state.is !== 'working') return false;
      child.send({ type: 'finish', scope } satisfies TrainerCommand, () => {});
      return true;
    },
    cancel() {
      if (state.is === 'ending') return false;
      if (state.is === 'canceling') return true;
      state = { is: 'canceling' };
      child.send({ type: 'cancel' } satisfies TrainerCommand, () => {});
      after(terminateDelay, () => child.kill('SIGTERM'));
      after(killDelay, () => child.kill('SIGKILL'));
      return true;
    },
  };
}

const spawnTrainer = (entry: string): ChildProcess =>
  spawn(process.execPath, [entry], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // CUDA's TF32 would round the operands of matrix products to ten bits.
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0', HEARTBEAT_PIPE: '4' },
    // Ctrl-C in the terminal must reach only the server, which stops its trainer itself.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });

/** A process that could not be started has no pid, and may have no streams. */
async function failedStart(child: ChildProcess): Promise<EndEvent> {
  const [error] = await once(child, 'error');
  return endEventOf({ type: 'not-started', error }, []);
}

/** `close` is emitted after the last byte of every stream, including the channel. */
const closeOf = (child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
  new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));

/** Appends the trainer's output to its log and keeps the last lines. */
function captureOutput(child: ChildProcess, logFile: string) {
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
