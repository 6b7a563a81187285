import type { EndEvent } from '@/lib/run/end-event.ts';
import { storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';

/** All ways in which a trainer's process can end. */
export type TrainerEnd =
  /** It emitted its end itself. */
  | { type: 'reported'; event: EndEvent }
  /** It emitted `canceled` without a request from the server. */
  | { type: 'stopped-from-outside' }
  /** It was asked to cancel, and exited or was killed before it confirmed. */
  | { type: 'canceled' }
  /** The system could not start the process, or the run's folder could not be prepared. */
  | { type: 'not-started'; error: unknown }
  /** The watchdog stopped it: it sent no heartbeat or hung in one step, as given by `reason`. */
  | { type: 'given-up'; reason: string }
  /** It closed its channel without exiting. */
  | { type: 'disconnected' }
  /** It sent a message that is not an event. */
  | { type: 'protocol-error' }
  /** The server could not record an event. */
  | { type: 'unrecorded'; error: unknown }
  /** The system killed it because memory ran out. */
  | { type: 'out-of-memory' }
  /** It was killed by a signal that the server did not send. */
  | { type: 'killed'; signal: NodeJS.Signals }
  /** It exited without emitting its end. */
  | { type: 'exited'; code: number | null };

/**
 * Maps the end of a process to an event. `interrupted` is for ends that another attempt may avoid, because such runs are
 * resumed automatically. `failed` is for ends that need the user; the message says what to do.
 * @param lastLines the end of the trainer's output, for a failure
 */
export function endEventOf(end: TrainerEnd, lastLines: string[]): EndEvent {
  const at = Date.now();
  const failed = (code: string, message: string): EndEvent => ({ type: 'failed', at, code, message, lastLines });
  const interrupted = (message: string): EndEvent => ({ type: 'interrupted', at, message });
  switch (end.type) {
    case 'reported':
      return end.event.type === 'failed' && end.event.lastLines.length === 0 ? { ...end.event, lastLines } : end.event;
    case 'canceled':
      return { type: 'canceled', at };
    case 'stopped-from-outside':
      return interrupted('Something outside the app asked the trainer to stop.');
    case 'given-up':
      return interrupted(end.reason);
    case 'unrecorded':
      return interrupted(
        `An event could not be recorded: ${messageOf(end.error)}. ${adviceFor(end.error, 'the database', 'DATABASE_PATH')}`,
      );
    case 'killed':
      return interrupted(`The trainer was killed by ${describe(end.signal)}.`);
    case 'not-started':
      return failed(
        'trainer-not-started',
        `The trainer could not be started: ${messageOf(end.error)}. ${adviceFor(end.error, 'the results folder', 'RESULTS_DIR')}`,
      );
    case 'disconnected':
      return failed(
        'trainer-silent',
        'The trainer closed its connection to the server and was stopped. Start the run again.',
      );
    case 'protocol-error':
      return failed('trainer-protocol', 'The trainer sent an invalid event. Rebuild the app: npm run build.');
    case 'out-of-memory':
      return failed(
        'out-of-memory',
        'The system killed the trainer because memory ran out. Run it again with a smaller batch size or image size, or close other programs that need memory.',
      );
    case 'exited':
      return failed(
        'trainer-gone',
        `The trainer exited without reporting a result (exit code ${end.code}). Check its last log lines, then start the run again.`,
      );
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function adviceFor(error: unknown, place: string, setting: string): string {
  const isSpawnError = error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn');
  const fault = isSpawnError ? null : storageFaultOf(error);
  return fault ? storageAdvice(fault, place, setting) : 'Start the run again.';
}

/** On systems that do not count out-of-memory kills, running out of memory is the most likely reason for SIGKILL. */
const describe = (signal: NodeJS.Signals): string =>
  signal === 'SIGKILL' && process.platform !== 'linux'
    ? 'SIGKILL, most likely by the system because memory ran out'
    : signal;
