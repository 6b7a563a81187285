/** A failure with a code for programs, and a message that tells a person what to do. */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The data folder lacks a file, or a file there is not what it should be. */
export class DataError extends CodedError {}

/** Someone canceled the work: not a failure, the shortest way out of the middle of it. */
export class Canceled extends Error {}
