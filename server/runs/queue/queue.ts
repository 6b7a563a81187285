/** Where started runs go. Here a table and one child process; a queue over many machines could implement it, too. */
export interface Queue {
  /** A run was queued, or one may be waiting: starts whatever is due. Cheap if nothing is. */
  wake(): void;
  /**
   * Cancels a run that trains: its status is `canceled` at once, its process gone within five seconds, and its files are
   * written after that. A run that has just emitted its end keeps it. @returns false if it does not train here
   */
  cancel(runId: string): boolean;
  /** Stops whatever still works on a run that has ended; resolves when nothing does any more. */
  release(runId: string): Promise<void>;
  /** Starts nothing more, and stops what trains, which becomes `interrupted`. For the end of the server. */
  close(): Promise<void>;
}
