import type { TrainConfigField } from '@/lib/config/train-config.ts';

/** Error categories; `trpc.ts` maps them to HTTP statuses. */
export type AppErrorCode = 'not-found' | 'conflict' | 'bad-request' | 'storage';

/** A user request that cannot be fulfilled. The message says what to do. */
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
    super('not-found', `There is no run ${id}. It may have been deleted; the runs table lists the existing ones.`);
  }
}

/** A field value that is valid by its schema but unusable with the files on this machine. */
export class FieldError extends AppError {
  readonly field: TrainConfigField;

  constructor(field: TrainConfigField, message: string) {
    super('bad-request', message);
    this.field = field;
  }
}

/**
 * Invalid environment variables, or an environment the server cannot start in. The message has one sentence per
 * problem.
 */
export class EnvironmentError extends Error {}
