/** What a run ends with when it cannot go on: a code for programs, and a message that tells a person what to do. */
export class TrainerError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The data folder lacks a file, or a file there is not what it should be. */
export class DataError extends TrainerError {}

/** The run was canceled: not a failure, the shortest way out of the middle of it. */
export class Canceled extends Error {}

/** Training diverged. */
export class NotFiniteError extends TrainerError {
  constructor(tensor: string) {
    super(
      'not-finite',
      `Training diverged: ${tensor} is no longer finite. The last whole epoch before that is kept. Start again with a lower learning rate.`,
    );
  }
}
