import type { TrainConfigField } from '@/lib/config/train-config.ts';

/** What can go wrong on request, and what it is in HTTP's terms. */
export type AppErrorCode = 'not-found' | 'conflict' | 'bad-request' | 'storage';

/** Something a person asked for that cannot be done. The message says what to do about it. */
export class AppError extends Error {
  readonly code: AppErrorCode;

  constructor(code: AppErrorCode, message: string) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

export class RunNotFoundError extends AppError {
  constructor(id: string) {
    super('not-found', `There is no run ${id}. It may have been deleted; the table of runs shows those there are.`);
  }
}

/** A value that its own schema allows, but not what is on this machine's disk. */
export class FieldError extends AppError {
  readonly field: TrainConfigField;

  constructor(field: TrainConfigField, message: string) {
    super('bad-request', message);
    this.field = field;
  }
}

/** The environment asks for something that cannot be. One sentence for each problem. */
export class EnvironmentError extends Error {}
