import { describe, expect, it } from 'vitest';
import { EarlyStopping } from './early-stopping.ts';

/** Trains until stopped. @returns how many epochs ran, and which one was the best */
function train(losses: number[], patience: number) {
  const stopping = new EarlyStopping({ patience });
  let epochs = 0;
  let best = 0;
  while (epochs < losses.length && !stopping.stopped) {
    const loss = losses[epochs++]!;
    if (stopping.update(epochs, loss)) best = epochs;
  }
  expect(stopping.bestEpoch).toBe(best);
  return { epochs, best, stopped: stopping.stopped };
}

describe('EarlyStopping', () => {
  it('stops if the loss has not improved for `patience` epochs', () => {
    // Epoch 2 is better, 3 equal and 4 worse (two waited), 5 better again; 6, 7 and 8 are not: three waited.
    const losses = [1, 0.9, 0.9, 0.95, 0.8, 0.81, 0.82, 0.83, 0.7];
    expect(train(losses, 3)).toEqual({ epochs: 8, best: 5, stopped: true });
  });

  it('counts the smallest decrease as an improvement', () => {
    expect(train([1, 0.9999999, 0.9999998, 0.9999997], 1)).toEqual({ epochs: 4, best: 4, stopped: false });
  });

  it('has a best epoch even if all epochs ran', () => {
    expect(train([1, 0.5, 0.7, 0.6], 7)).toEqual({ epochs: 4, best: 2, stopped: false });
  });

  it('follows stage 1 of the original script under Keras', () => {
    const losses = [
      0.9559224843978882, 0.9346157312393188, 0.9217692613601685, 0.9256551861763, 0.9191779494285583,
      0.9207608103752136, 0.9246760606765747, 0.9308292865753174, 0.9155293703079224, 0.9136930704116821,
    ];
    expect(train(losses, 7)).toEqual({ epochs: 10, best: 10, stopped: false });
    expect(train(losses, 3)).toEqual({ epochs: 8, best: 5, stopped: true });
  });

  it('does not count NaN as an improvement', () => {
    expect(train([1, Number.NaN, 0.9, Number.NaN, Number.NaN, Number.NaN, 0.1], 3)).toEqual({
      epochs: 6,
      best: 3,
      stopped: true,
    });
  });

  it('uses the first epoch as the best until a loss is finite', () => {
    expect(train([Number.NaN, Number.NaN, Number.NaN], 2)).toEqual({ epochs: 2, best: 1, stopped: true });
    expect(train([Number.POSITIVE_INFINITY, 5, 6], 7)).toEqual({ epochs: 3, best: 2, stopped: false });
  });

  it('runs at least two epochs', () => {
    expect(train([Number.NaN, 1, 2], 1)).toEqual({ epochs: 3, best: 2, stopped: true });
  });
});
