import { CodedError } from '@/server/model/errors.ts';

/** Training diverged. */
export class NotFiniteError extends CodedError {
  constructor(tensor: string) {
    super(
      'not-finite',
      `Training diverged: ${tensor} is no longer finite. The last whole epoch before that is kept. Start again with a lower learning rate.`,
    );
  }
}
