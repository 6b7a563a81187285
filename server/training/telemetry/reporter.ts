import { setImmediate } from 'node:timers/promises';
import type { RunEvent, RunEventOf } from '@/lib/run/events.ts';
import type { Phase } from '@/lib/run/phases.ts';
import { Canceled, CodedError } from '@/server/model/errors.ts';
import type { StepCounter } from './step-counter.ts';
import type { TimeLeft } from './time-left.ts';
import { ProcessUsage } from './usage.ts';

/** An event without its timestamp, which the reporter adds. */
type Untimed<T extends RunEvent> = T extends RunEvent ? Omit<T, 'at'> : never;

/** Minimum milliseconds between two `progress` events. */
const progressInterval = 250;

export type Emit = (event: RunEvent) => void | Promise<void>;

export type Outcome = 'completed' | 'canceled' | 'failed';

/** Does some work and emits its outcome: `completed`, `canceled` or `failed`. Never throws. */
export async function emitOutcome(emit: Emit, work: () => Promise<void>): Promise<Outcome> {
  try {
    await work();
    await emit({ type: 'completed', at: Date.now() });
    return 'completed';
  } catch (error) {
    if (error instanceof Canceled) {
      await emit({ type: 'canceled', at: Date.now() });
      return 'canceled';
    }
    const code = error instanceof CodedError ? error.code : 'unexpected';
    const message = error instanceof Error ? error.message : String(error);
    if (code === 'unexpected') console.error(error);
    await emit({ type: 'failed', at: Date.now(), code, message, lastLines: [] });
    return 'failed';
  }
}

/** Emits a run's events, and checks for cancellation between steps. Measures time with a monotonic clock. */
export class Reporter {
  private lastProgress = Number.NEGATIVE_INFINITY;
  private phase: Phase = 'prepare';
  private phaseStarted = performance.now();
  private readonly usage = new ProcessUsage();

  constructor(
    private readonly send: Emit,
    private readonly signal: AbortSignal,
    private readonly timeLeft: Pick<TimeLeft, 'seconds'>,
    private readonly stepCounter?: StepCounter,
  ) {}

  /** Waits until the event is sent, because a subsequent step would block it. */
  async emit(event: Untimed<RunEvent>): Promise<void> {
    await this.send({ at: Date.now(), ...event } as RunEvent);
  }

  async enter(phase: Phase, note?: string): Promise<void> {
    this.phase = phase;
    this.phaseStarted = performance.now();
    this.lastProgress = Number.NEGATIVE_INFINITY;
    await this.emit({ type: 'phase', phase, ...(note && { note }) });
  }

  /** Seconds since the phase began. */
  elapsed = (): number => (performance.now() - this.phaseStarted) / 1000;

  /**
   * Call this between steps: it runs the event loop, and emits progress at most four times a second.
   *
   * @throws Canceled
   */
  async progress(
    progress: Omit<Untimed<RunEventOf<'progress'>>, 'type' | 'phase' | 'secondsLeft' | 'usage'>,
  ): Promise<void> {
    await this.checkCanceled();
    const now = performance.now();
    if (now - this.lastProgress < progressInterval) return;
    this.lastProgress = now;
    const secondsLeft = this.timeLeft.seconds();
    await this.emit({ type: 'progress', phase: this.phase, ...progress, secondsLeft, usage: this.usage.read() });
  }

  /** Counts a step, and runs the event loop, which steps block, to receive a cancellation. @throws Canceled */
  async checkCanceled(): Promise<void> {
    this.stepCounter?.step();
    await setImmediate();
    this.throwIfCanceled();
  }

  throwIfCanceled(): void {
    if (this.signal.aborted) throw new Canceled();
  }
}
