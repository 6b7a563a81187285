import type { RunEventOf } from './run-events.ts';

type Epoch = RunEventOf<'epoch'>;

/** How far from a whole number of images an accuracy times the batch may be: logs hold single precision. */
const tolerance = 1e-3;

/**
 * Which epochs of a run are whole. Under Keras 3 the original script's generator ran out in stage 2 with augmentation: each
 * even epoch trained on one batch, and its training accuracy is so many of that batch's images. Known by just that: all
 * even epochs are such, and not all odd ones.
 * @param epochs in order, through both stages
 * @returns those that are whole; all of them where the run is not of that kind
 */
export function wholeEpochs<T extends Pick<Epoch, 'stage' | 'epoch' | 'metrics'>>(
  epochs: readonly T[],
  batchSize: number,
): readonly T[] {
  const isOfOneBatch = ({ metrics: { accuracy } }: T): boolean =>
    accuracy !== null && Math.abs(accuracy * batchSize - Math.round(accuracy * batchSize)) < tolerance;
  const isEven = ({ stage, epoch }: T) => stage === 2 && epoch % 2 === 0;
  const odd = epochs.filter((epoch) => epoch.stage === 2 && !isEven(epoch));
  const even = epochs.filter(isEven);
  if (even.length === 0 || !even.every(isOfOneBatch) || odd.every(isOfOneBatch)) return epochs;
  return epochs
    .filter((epoch) => !isEven(epoch))
    .map((each) => (each.stage === 2 ? { ...each, epoch: (each.epoch + 1) / 2 } : each));
}
