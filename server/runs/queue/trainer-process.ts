import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type RunEvent, type RunEventOf, runEventSchema, type TrainerCommand } from '@/lib/run/events.ts';
import { LastLines } from '@/server/runs/files/last-lines.ts';
import { countMemoryKills } from './out-of-memory.ts';
import { watchSigns } from './watch.ts';

/** The events that end a run, or this attempt at it. */
export type EndEvent = RunEventOf<'completed' | 'canceled' | 'failed' | 'interrupted'>;

export interface TrainerProcess {
  /**
   * Asks the trainer to stop, and makes sure; what it still tells is not passed on.
   * @returns false where it has told its end already, which stands
   */
  cancel(): boolean;
  /** Always resolves, when the process is gone and its log is written: how the run ended. */
  ended: Promise<EndEvent>;
}

/**
 * A trainer hears `cancel` between two steps. Then come SIGTERM and, for one in the midst of a long step, SIGKILL: after
 * five seconds none is left. Milliseconds since it was asked.
 */
const untilTerminate = 2000;
const untilKill = 3500;
/** How long one that has told its end, or can tell nothing any more, may take to leave. */
const untilGone = 5000;

/**
 * Starts a trainer, to train or only to export, and listens to it. Its end is told only when its process is gone, so that
 * what it printed can be part of a failure. An exit code alone never means success.
 */
export function startTrainer(options: {
  /** The bundled trainer, a file that Node can run. */
  entry: string;
  command: Exclude<TrainerCommand, { type: 'cancel' }>;
  /** Takes its stdout and stderr. The folder must exist. */
  logFile: string;
  /** Seconds that it may be silent or in one step (`verdictOn`). */
  patience: number;
  /** Told everything but the end. What it throws ends this attempt. */
  onEvent: (event: Exclude<RunEvent, EndEvent>) => void;
}): TrainerProcess {
  const memoryKills = countMemoryKills();
  const child = spawn(process.execPath, [options.entry], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    // CUDA's TF32 would round what is multiplied to ten bits.
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0', SIGNS_OF_LIFE_PIPE: '4' },
    // Ctrl-C in the terminal is for the server, which ends its trainer itself.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  log.on('error', (error) => console.error(`${options.logFile} cannot be written: ${error.message}`));
  const lastLines = new LastLines();
  for (const output of [child.stdout!, child.stderr!]) {
    output.setEncoding('utf8');
    output.on('data', (text: string) => {
      lastLines.add(text);
      log.write(text);
    });
  }

  let end: EndEvent | null = null;
  let isCanceled = false;
  const timers: NodeJS.Timeout[] = [];
  const signalAfter = (milliseconds: number, signal: NodeJS.Signals) =>
    timers.push(setTimeout(() => child.kill(signal), milliseconds));
  const failed = (code: string, message: string): EndEvent => ({
    type: 'failed',
    at: Date.now(),
    code,
    message,
    lastLines: [],
  });
  const interrupted = (message: string): EndEvent => ({ type: 'interrupted', at: Date.now(), message });
  const endWith = (event: EndEvent, patience: number) => {
    end ??= event;
    signalAfter(patience, 'SIGKILL');
  };
  const endWatch = watchSigns(child.stdio[4] as Readable, options.patience, (reason) => {
    if (!isCanceled) endWith(interrupted(reason), 0);
  });

  // Of a server that falls no trainer is left, not even one that hears nothing.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);

  child.on('message', (message) => {
    if (end) return;
    const { data: event, error } = runEventSchema.safeParse(message);
    if (error) {
      endWith(failed('trainer-protocol', 'The trainer said something that is no event. Rebuild: npm run build.'), 0);
    } else if (isEnd(event)) {
      const isAsked = event.type !== 'canceled' || isCanceled;
      endWith(isAsked ? event : interrupted('Something outside asked its trainer to stop.'), untilGone);
    } else if (!isCanceled) {
      try {
        options.onEvent(event);
      } catch (error) {
        endWith(interrupted(`What it told could not be recorded: ${messageOf(error)}.`), 0);
      }
    }
  });

  child.on('disconnect', () => {
    if (end || isCanceled) return;
    const silent = failed(
      'trainer-silent',
      'The trainer closed its line to the server and was stopped. Start the run again.',
    );
    timers.push(setTimeout(endWith, untilGone, silent, 0));
  });

  const gone = new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>((resolve) => {
    // Comes after the last byte of every stream, the channel's included.
    child.on('close', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => child.pid === undefined && resolve({ code: null, signal: null, error }));
  });
  child.send(options.command, () => {});

  const ended = gone.then(async ({ code, signal, error }): Promise<EndEvent> => {
    process.off('exit', killNow);
    endWatch();
    timers.forEach(clearTimeout);
    log.end();
    await finished(log).catch(() => {});
    if (end) return end.type === 'failed' && end.lastLines.length === 0 ? { ...end, lastLines: lastLines.get() } : end;
    if (isCanceled) return { type: 'canceled', at: Date.now() };
    const isOutOfMemory = signal === 'SIGKILL' && countMemoryKills() > memoryKills;
    if (signal && !isOutOfMemory) return interrupted(`Its trainer was killed: ${signalWords(signal)}.`);
    const reason = error
      ? failed('trainer-not-started', `The trainer could not be started: ${error.message}.`)
      : isOutOfMemory
        ? failed('out-of-memory', memoryWords)
        : failed('trainer-gone', `The trainer ended without a word, with exit code ${code}. Its last lines say more.`);
    return { ...reason, lastLines: lastLines.get() } as EndEvent;
  });

  return {
    ended,
    cancel() {
      if (end) return false;
      if (isCanceled) return true;
      isCanceled = true;
      child.send({ type: 'cancel' } satisfies TrainerCommand, () => {});
      signalAfter(untilTerminate, 'SIGTERM');
      signalAfter(untilKill, 'SIGKILL');
      return true;
    },
  };
}

const isEnd = (event: RunEvent): event is EndEvent =>
  event.type === 'completed' || event.type === 'canceled' || event.type === 'failed' || event.type === 'interrupted';

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const memoryWords =
  'The system killed the trainer because memory ran out. Run it again with a smaller batch size or image size, or close what else needs memory.';

function signalWords(signal: NodeJS.Signals): string {
  // Where Linux does not count such kills for us to see, memory may still be why.
  return signal === 'SIGKILL' && process.platform !== 'linux'
    ? 'SIGKILL, most often the system when memory runs out'
    : `by ${signal}`;
}
