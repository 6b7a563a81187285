import { z } from 'zod';

/** All that it knows; a loss of infinity, which JSON has not, is null. */
export const earlyStoppingStateSchema = z.object({
  best: z.number().nullable(),
  waited: z.number().int(),
  bestEpoch: z.number().int().positive().nullable(),
  stopped: z.boolean(),
});
type EarlyStoppingState = z.infer<typeof earlyStoppingStateSchema>;

/**
 * Keras' EarlyStopping on validation loss with `min_delta` 0 and `restore_best_weights`. Its caller keeps the best epoch's
 * weights and restores them at the end, also when all epochs ran.
 */
export class EarlyStopping {
  private best = Number.POSITIVE_INFINITY;
  private waited = 0;
  private readonly patience: number;
  /** The epoch, from 1, with the lowest validation loss; null before the first. */
  bestEpoch: number | null = null;
  /** Whether it has not improved for `patience` epochs. */
  stopped = false;

  constructor({ patience }: { patience: number }) {
    this.patience = patience;
  }

  /**
   * @returns whether this epoch's weights are the ones to keep. A loss that is not finite is no improvement; of a first
   *   epoch with such a loss the weights are kept for want of better ones.
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

  /** More epochs were asked for all the same: patience starts over. */
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
