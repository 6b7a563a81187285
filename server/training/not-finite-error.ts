import { CodedError } from '@/server/model/errors.ts';

/** Training diverged. */
export class NotFiniteError extends CodedError {
  constructor(tensor: string) {
    super(
      'not-finite',
      `Training diverged: ${tensor} is no longer finite. The last complete epoch before that is saved. Start again with a lower learning rate.`,
    );
  }
}
