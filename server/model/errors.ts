/** An error with a code for programs and a message that says what to do. */
export class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** Data that a run needs is missing or invalid. */
export class DataError extends CodedError {}

/** Thrown to leave work that was canceled; not a failure. */
export class Canceled extends Error {}
