/**
 * Counts a trainer's steps in memory shared with heartbeat-worker.ts, because a step blocks the main thread. With it, the
 * server's watchdog can distinguish a hanging trainer from a slow one.
 */
export class StepCounter {
  /** [completed steps, 1 while the watchdog is paused]. */
  private readonly counters: Int32Array;

  constructor(readonly shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.counters = new Int32Array(shared);
  }

  /** Counts a completed step and ends a pause of the watchdog. */
  step(): void {
    Atomics.add(this.counters, 0, 1);
    Atomics.store(this.counters, 1, 0);
  }

  /** Suspends the watchdog's time limit until the next step ends: compiling and first runs may be slow. */
  pauseWatchdog(): void {
    Atomics.store(this.counters, 1, 1);
  }

  read = (): { steps: number; isWatchdogPaused: boolean } => ({
    steps: Atomics.load(this.counters, 0),
    isWatchdogPaused: Atomics.load(this.counters, 1) === 1,
  });
}
