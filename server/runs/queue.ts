/** Where started runs go. Here a table and one child process; a queue over many machines could stand behind it. */
export interface Queue {
  /** A run has joined the line, or one may wait: goes on with what is due. Cheap where nothing is. */
  wake(): void;
  /** Stops a run that trains; resolves when its process is gone. Does nothing where it does not train. */
  cancel(runId: string): Promise<void>;
  /** Takes nothing more from the line and stops what trains, which becomes `interrupted`. For the server's end. */
  close(): Promise<void>;
}
