import { setImmediate } from 'node:timers/promises';
import type { Phase, RunEvent, RunEventOf } from '../../lib/run-events.ts';
import { Canceled } from './errors.ts';
import type { TimeLeft } from './time-left.ts';
import { ProcessUsage } from './usage.ts';

/** An event as the story tells it: the clock is added here. */
type Told<T extends RunEvent> = T extends RunEvent ? Omit<T, 'at'> : never;

/** At most four a second. */
const progressInterval = 250;

export type Emit = (event: RunEvent) => void | Promise<void>;

/** Tells what happens, and listens between steps. */
export class Reporter {
  private lastProgress = 0;
  private phase: Phase = 'prepare';
  private phaseStarted = Date.now();
  private readonly usage = new ProcessUsage();

  constructor(
    private readonly emit: Emit,
    private readonly signal: AbortSignal,
    private readonly timeLeft: TimeLeft,
  ) {}

  /** Waits until the event has left: a step that follows would block it. */
  async tell(event: Told<RunEvent>): Promise<void> {
    await this.emit({ ...event, at: Date.now() } as RunEvent);
  }

  async enter(phase: Phase, note?: string): Promise<void> {
    this.phase = phase;
    this.phaseStarted = Date.now();
    this.lastProgress = 0;
    await this.tell({ type: 'phase', phase, ...(note && { note }) });
  }

  /** Seconds since the phase began. */
  elapsed = (): number => (Date.now() - this.phaseStarted) / 1000;

  /**
   * To be called between steps: the event loop gets its turn, and what happened is told if it is time.
   *
   * @throws Canceled where the run was canceled meanwhile.
   */
  async progress(
    progress: Omit<Told<RunEventOf<'progress'>>, 'type' | 'phase' | 'secondsLeft' | 'usage'>,
  ): Promise<void> {
    await setImmediate();
    this.throwIfCanceled();
    const now = Date.now();
    if (now - this.lastProgress < progressInterval) return;
    this.lastProgress = now;
    const secondsLeft = this.timeLeft.seconds();
    await this.tell({ type: 'progress', phase: this.phase, ...progress, secondsLeft, usage: this.usage.read() });
  }

  throwIfCanceled(): void {
    if (this.signal.aborted) throw new Canceled();
  }
}
