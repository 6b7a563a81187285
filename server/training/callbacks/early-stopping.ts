/** Keras' EarlyStopping on validation loss, `min_delta` 0. Its caller keeps and restores the best epoch's weights. */
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

  /** @returns whether this epoch is the best so far. A loss that is not a number never is, but for the first. */
  update(epoch: number, validationLoss: number): boolean {
    if (validationLoss < this.best || this.bestEpoch === null) {
      if (validationLoss < this.best) this.best = validationLoss;
      this.bestEpoch = epoch;
      this.waited = 0;
      return true;
    }
    this.waited++;
    if (this.waited >= this.patience) this.stopped = true;
    return false;
  }
}
