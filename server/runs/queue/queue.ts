/** Where started runs go. Here a table and one child process; a queue over many machines could stand behind it. */
export interface Queue {
  /** A run has joined the line, or one may wait: goes on with what is due. Cheap where nothing is. */
  wake(): void;
  /**
   * Cancels a run that trains: `canceled` at once, its process gone within five seconds, its files prepared after that.
   * One that has just told its end keeps it. @returns false where it does not train here
   */
  cancel(runId: string): boolean;
  /** Of a run that has ended: resolves when nothing works on it any more. What it still does is stopped. */
  release(runId: string): Promise<void>;
  /** Takes nothing more from the line and stops what trains, which becomes `interrupted`. For the server's end. */
  close(): Promise<void>;
}
