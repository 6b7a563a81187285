import { describe, expect, it } from 'vitest';
import { EarlyStopping } from './early-stopping.ts';

/** Trains until stopped: how many epochs ran, and which one's weights were kept last. */
function train(losses: number[], patience: number) {
  const stopping = new EarlyStopping({ patience });
  let epochs = 0;
  let kept = 0;
  while (epochs < losses.length && !stopping.stopped) {
    const loss = losses[epochs++]!;
    if (stopping.update(epochs, loss)) kept = epochs;
  }
  expect(stopping.bestEpoch).toBe(kept);
  return { epochs, kept, stopped: stopping.stopped };
}

describe('EarlyStopping', () => {
  it('stops when the loss has not fallen for as many epochs as its patience', () => {
    // Epoch 2 is better, 3 equal and 4 worse (two waited), 5 better again; 6, 7 and 8 are not: three waited.
    const losses = [1, 0.9, 0.9, 0.95, 0.8, 0.81, 0.82, 0.83, 0.7];
    expect(train(losses, 3)).toEqual({ epochs: 8, kept: 5, stopped: true });
  });

  it('takes the smallest fall for an improvement', () => {
    expect(train([1, 0.9999999, 0.9999998, 0.9999997], 1)).toEqual({ epochs: 4, kept: 4, stopped: false });
  });

  it('knows the best epoch also when all of them ran', () => {
    expect(train([1, 0.5, 0.7, 0.6], 7)).toEqual({ epochs: 4, kept: 2, stopped: false });
  });

  it('follows stage 1 of the original script under Keras', () => {
    const losses = [
      0.9559224843978882, 0.9346157312393188, 0.9217692613601685, 0.9256551861763, 0.9191779494285583,
      0.9207608103752136, 0.9246760606765747, 0.9308292865753174, 0.9155293703079224, 0.9136930704116821,
    ];
    expect(train(losses, 7)).toEqual({ epochs: 10, kept: 10, stopped: false });
    expect(train(losses, 3)).toEqual({ epochs: 8, kept: 5, stopped: true });
  });

  it('never takes a loss that is no number for an improvement', () => {
    expect(train([1, Number.NaN, 0.9, Number.NaN, Number.NaN, Number.NaN, 0.1], 3)).toEqual({
      epochs: 6,
      kept: 3,
      stopped: true,
    });
  });

  it('keeps the first epoch for want of a better one, until there is a number', () => {
    expect(train([Number.NaN, Number.NaN, Number.NaN], 2)).toEqual({ epochs: 2, kept: 1, stopped: true });
    expect(train([Number.POSITIVE_INFINITY, 5, 6], 7)).toEqual({ epochs: 3, kept: 2, stopped: false });
  });

  it('lets two epochs run at least', () => {
    expect(train([Number.NaN, 1, 2], 1)).toEqual({ epochs: 3, kept: 2, stopped: true });
  });
});
