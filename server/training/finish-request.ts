import type { FinishScope } from '@/lib/run/events.ts';

/** The user's request to end training early. Training checks it between two steps. */
export class FinishRequest {
  private scope: FinishScope | null = null;

  /** A request to end only stage 1 never replaces one to end all training. */
  request(scope: FinishScope): void {
    if (this.scope !== 'training') this.scope = scope;
  }

  /** Whether a stage must end now. */
  ends = (stage: 1 | 2): boolean => this.scope === 'training' || (stage === 1 && this.scope === 'stage1');
}

/** Thrown to leave the preparation of a stage that must end. */
export class FinishedEarly extends Error {}
