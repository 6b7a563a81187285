import type { RunEventOf } from '@/lib/run/events.ts';

/** A run has changed: there is more to read in the database, or a `progress`, which is passed on only here. */
export interface RunSignal {
  runId: string;
  progress: RunEventOf<'progress'> | null;
}

/** Wakes whoever follows runs within this process. */
export class RunBus {
  private readonly listeners = new Set<(signal: RunSignal) => void>();

  publish(signal: RunSignal): void {
    for (const listener of [...this.listeners]) listener(signal);
  }

  /** How many listen now. */
  get count(): number {
    return this.listeners.size;
  }

  /** @returns what ends the subscription. */
  subscribe(listener: (signal: RunSignal) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
