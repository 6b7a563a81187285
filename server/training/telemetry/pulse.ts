/**
 * A trainer's steps, counted in memory that another thread sees: a step blocks this one. That thread tells the server
 * (signs-worker.ts), which so knows a trainer that hangs from one that is slow.
 */
export class Pulse {
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

  /** What follows, until the next step has ended, may take as long as it likes. */
  excuse(): void {
    Atomics.store(this.counters, 1, 1);
  }

  read = (): { steps: number; isExcused: boolean } => ({
    steps: Atomics.load(this.counters, 0),
    isExcused: Atomics.load(this.counters, 1) === 1,
  });
}
