import { z } from 'zod';

/** The complete state; `best` is null for infinity, which JSON cannot represent. */
export const plateauStateSchema = z.object({ best: z.number().nullable(), waited: z.number().int() });
type PlateauState = z.infer<typeof plateauStateSchema>;

/** Smaller improvements do not count (Keras' default). */
const minDelta = 1e-4;

/** Keras' ReduceLROnPlateau on validation loss, without cooldown. */
export class ReduceLrOnPlateau {
  private best = Number.POSITIVE_INFINITY;
  private waited = 0;
  private readonly factor: number;
  private readonly patience: number;

  constructor({ factor, patience }: { factor: number; patience: number }) {
    this.factor = factor;
    this.patience = patience;
  }

  /** @returns the learning rate of the next epoch */
  update(validationLoss: number, learningRate: number): number {
    if (validationLoss < this.best - minDelta) {
      this.best = validationLoss;
      this.waited = 0;
      return learningRate;
    }
    this.waited++;
    if (this.waited < this.patience) return learningRate;
    this.waited = 0;
    return learningRate * this.factor;
  }

  state = (): PlateauState => ({ best: Number.isFinite(this.best) ? this.best : null, waited: this.waited });

  restore({ best, waited }: PlateauState): void {
    this.best = best ?? Number.POSITIVE_INFINITY;
    this.waited = waited;
  }
}
