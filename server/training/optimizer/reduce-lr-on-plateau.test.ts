import { describe, expect, it } from 'vitest';
import { ReduceLrOnPlateau } from './reduce-lr-on-plateau.ts';

/** The learning rate of each epoch; the first is `rate`. */
function rates(losses: number[], options: { factor: number; patience: number }, rate = 1): number[] {
  const plateau = new ReduceLrOnPlateau(options);
  return losses.map((loss) => {
    const current = rate;
    rate = plateau.update(loss, rate);
    return current;
  });
}

const closeTo = (expected: number[]) => expected.map((value) => expect.closeTo(value, 9));

describe('ReduceLrOnPlateau', () => {
  it('reduces the rate when the loss has stalled for `patience` epochs, then waits again', () => {
    // Epochs 3, 4 and 5 do not improve on 2, so 6 has a lower rate. 7 improves; 8, 9 and 10 do not, so 11 has a lower rate.
    const losses = [1, 0.9, 0.95, 0.96, 0.97, 0.98, 0.8, 0.9, 0.9, 0.9, 0.9];
    expect(rates(losses, { factor: 0.2, patience: 3 })).toEqual(
      closeTo([1, 1, 1, 1, 1, 0.2, 0.2, 0.2, 0.2, 0.2, 0.04]),
    );
  });

  it('reduces repeatedly while nothing improves', () => {
    expect(rates([1, 1, 1, 1, 1], { factor: 0.5, patience: 1 })).toEqual(closeTo([1, 1, 0.5, 0.25, 0.125]));
  });

  it('ignores a decrease of 0.0001 or less, and compares with the best loss, not the last', () => {
    expect(rates([1, 0.99995, 0.99992, 0.9], { factor: 0.5, patience: 2 })).toEqual(closeTo([1, 1, 1, 0.5]));
    expect(rates([1, 0.99995, 0.99985, 0.9], { factor: 0.5, patience: 2 })).toEqual(closeTo([1, 1, 1, 1]));
  });

  it('follows stage 1 of the original script under Keras', () => {
    const losses = [
      0.9559224843978882, 0.9346157312393188, 0.9217692613601685, 0.9256551861763, 0.9191779494285583,
      0.9207608103752136, 0.9246760606765747, 0.9308292865753174, 0.9155293703079224, 0.9136930704116821,
    ];
    const expected = [0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.0002, 0.0002];
    expect(rates(losses, { factor: 0.2, patience: 3 }, 0.001)).toEqual(closeTo(expected));
  });

  it('does not count NaN as an improvement', () => {
    const losses = [1, Number.NaN, Number.NaN, 1, 1, Number.NaN, 0.5, Number.NaN];
    expect(rates(losses, { factor: 0.5, patience: 3 })).toEqual(closeTo([1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5]));
  });
});
