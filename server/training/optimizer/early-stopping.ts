import { z } from 'zod';

/** The complete state; `best` is null for infinity, which JSON cannot represent. */
export const earlyStoppingStateSchema = z.object({
  best: z.number().nullable(),
  waited: z.number().int(),
  bestEpoch: z.number().int().positive().nullable(),
  stopped: z.boolean(),
});
type EarlyStoppingState = z.infer<typeof earlyStoppingStateSchema>;

/**
 * Keras' EarlyStopping on validation loss with `min_delta` 0 and `restore_best_weights`. The caller copies the weights of
 * the best epoch and restores them at the end, even if all epochs ran.
 */
export class EarlyStopping {
  private best = Number.POSITIVE_INFINITY;
  private waited = 0;
  private readonly patience: number;
  /** The epoch, from 1, with the lowest validation loss; null before the first. */
  bestEpoch: number | null = null;
  /** Whether the loss has not improved for `patience` epochs. */
  stopped = false;

  constructor({ patience }: { patience: number }) {
    this.patience = patience;
  }

  /**
   * @returns whether this epoch's weights are the best so far. A loss that is not finite is no improvement, but the first
   *   epoch always counts as best.
   */
  update(epoch: number, validationLoss: number): boolean {
    this.waited++;
    if (validationLoss < this.best) {
      this.best = validationLoss;
      this.bestEpoch = epoch;
      this.waited = 0;
      return true;
    }
    if (this.bestEpoch === null) {
      this.bestEpoch = epoch;
      return true;
    }
    if (this.waited >= this.patience) this.stopped = true;
    return false;
  }

  /** Reverts an early stop, because more epochs were requested; patience restarts. */
  resume(): void {
    this.stopped = false;
    this.waited = 0;
  }

  state = (): EarlyStoppingState => ({
    best: Number.isFinite(this.best) ? this.best : null,
    waited: this.waited,
    bestEpoch: this.bestEpoch,
    stopped: this.stopped,
  });

  restore({ best, waited, bestEpoch, stopped }: EarlyStoppingState): void {
    this.best = best ?? Number.POSITIVE_INFINITY;
    this.waited = waited;
    this.bestEpoch = bestEpoch;
    this.stopped = stopped;
  }
}
