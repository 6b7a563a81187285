import type { FinishScope } from '@/lib/run/events.ts';

/** Schedules started runs. The only implementation is `EmbeddedQueue`; others could distribute runs over machines. */
export interface Queue {
  /**
   * Starts the next task, if there is one and none is running. To be called after a run was queued; cheap otherwise. Never
   * throws: an error is logged, and the queue tries again.
   */
  wake(): void;
  /**
   * Cancels a running run: its status becomes `canceled` immediately, its process exits within five seconds, and its files
   * are written afterwards. A run that has just emitted its end is not changed.
   * @returns false if the run is not being trained by this process
   */
  cancel(runId: string): boolean;
  /**
   * Asks the trainer of a running run to end stage 1 or all training after the current step; evaluation and export follow.
   * @returns false if the run is not being trained by this process, or is already ending
   */
  finish(runId: string, scope: FinishScope): boolean;
  /** Stops the process that still works on an ended run, if any, and waits until it has exited. */
  release(runId: string): Promise<void>;
  /** Whether a run is being deleted, so that no command may change it or queue it again. */
  isBeingDeleted(runId: string): boolean;
  /**
   * Marks an ended run as being deleted. Until the mark is removed, the run is not resumed automatically.
   * @returns a function that removes the mark
   */
  reserveForDeletion(runId: string): () => void;
  /** Shuts the queue down: starts nothing more, and interrupts the current run. */
  close(): Promise<void>;
}
