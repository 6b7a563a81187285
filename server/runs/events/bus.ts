import type { RunEventOf } from '@/lib/run/events.ts';

/** A run has changed: either there is something new in the database, or `progress`, which is only sent this way. */
export interface RunSignal {
  runId: string;
  progress: RunEventOf<'progress'> | null;
}

/** Notifies subscribers in this process about changes of runs. */
export class RunBus {
  private readonly listeners = new Set<(signal: RunSignal) => void>();

  publish(signal: RunSignal): void {
    for (const listener of [...this.listeners]) listener(signal);
  }

  /** The number of subscribers. */
  get count(): number {
    return this.listeners.size;
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (signal: RunSignal) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
