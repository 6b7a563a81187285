import { setImmediate } from 'node:timers/promises';
import type { Phase, RunEvent, RunEventOf } from '@/lib/run/events.ts';
import { Canceled, TrainerError } from '@/server/model/errors.ts';
import type { Pulse } from './pulse.ts';
import type { TimeLeft } from './time-left.ts';
import { ProcessUsage } from './usage.ts';

/** An event as the story tells it: the clock is added here, where it has none yet. */
type Told<T extends RunEvent> = T extends RunEvent ? Omit<T, 'at'> : never;

/** At most four a second. */
const progressInterval = 250;

export type Emit = (event: RunEvent) => void | Promise<void>;

export type Outcome = 'completed' | 'canceled' | 'failed';

/** Tells how a story ends, whichever way it does; never throws. */
export async function tellOutcome(emit: Emit, story: () => Promise<void>): Promise<Outcome> {
  try {
    await story();
    await emit({ type: 'completed', at: Date.now() });
    return 'completed';
  } catch (error) {
    if (error instanceof Canceled) {
      await emit({ type: 'canceled', at: Date.now() });
      return 'canceled';
    }
    const code = error instanceof TrainerError ? error.code : 'unexpected';
    const message = error instanceof Error ? error.message : String(error);
    if (code === 'unexpected') console.error(error);
    await emit({ type: 'failed', at: Date.now(), code, message, lastLines: [] });
    return 'failed';
  }
}

/** Tells what happens, and listens between steps. It measures by a clock that nobody sets. */
export class Reporter {
  private lastProgress = Number.NEGATIVE_INFINITY;
  private phase: Phase = 'prepare';
  private phaseStarted = performance.now();
  private readonly usage = new ProcessUsage();

  constructor(
    private readonly emit: Emit,
    private readonly signal: AbortSignal,
    private readonly timeLeft: Pick<TimeLeft, 'seconds'>,
    private readonly pulse?: Pulse,
  ) {}

  /** Waits until the event has left: a step that follows would block it. */
  async tell(event: Told<RunEvent>): Promise<void> {
    await this.emit({ at: Date.now(), ...event } as RunEvent);
  }

  async enter(phase: Phase, note?: string): Promise<void> {
    this.phase = phase;
    this.phaseStarted = performance.now();
    this.lastProgress = Number.NEGATIVE_INFINITY;
    await this.tell({ type: 'phase', phase, ...(note && { note }) });
  }

  /** Seconds since the phase began. */
  elapsed = (): number => (performance.now() - this.phaseStarted) / 1000;

  /**
   * To be called between steps: the event loop gets its turn, and what happened is told if it is time.
   *
   * @throws Canceled where the run was canceled meanwhile.
   */
  async progress(
    progress: Omit<Told<RunEventOf<'progress'>>, 'type' | 'phase' | 'secondsLeft' | 'usage'>,
  ): Promise<void> {
    await this.listen();
    const now = performance.now();
    if (now - this.lastProgress < progressInterval) return;
    this.lastProgress = now;
    const secondsLeft = this.timeLeft.seconds();
    await this.tell({ type: 'progress', phase: this.phase, ...progress, secondsLeft, usage: this.usage.read() });
  }

  /** Lets the event loop, which steps hold up, hear whether the run was canceled. @throws Canceled */
  async listen(): Promise<void> {
    this.pulse?.step();
    await setImmediate();
    this.throwIfCanceled();
  }

  throwIfCanceled(): void {
    if (this.signal.aborted) throw new Canceled();
  }
}
