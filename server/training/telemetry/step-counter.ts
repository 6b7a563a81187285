/**
 * A trainer's steps, counted in memory that is shared with the heartbeat's thread (heartbeat-worker.ts), because a step
 * blocks this one. The server's watchdog can so tell a trainer that hangs from one that is slow.
 */
export class StepCounter {
  /** [steps so far, 1 while something is compiled or run for the first time]. */
  private readonly counters: Int32Array;

  constructor(readonly shared = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.counters = new Int32Array(shared);
  }

  /** A step has ended. */
  step(): void {
    Atomics.add(this.counters, 0, 1);
    Atomics.store(this.counters, 1, 0);
  }

  /** Until the next step has ended, the watchdog sets no time limit. */
  pauseWatchdog(): void {
    Atomics.store(this.counters, 1, 1);
  }

  read = (): { steps: number; isExcused: boolean } => ({
    steps: Atomics.load(this.counters, 0),
    isExcused: Atomics.load(this.counters, 1) === 1,
  });
}
