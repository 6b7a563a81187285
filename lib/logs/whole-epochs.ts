import type { RunEventOf } from '@/lib/run/events.ts';
import type { RunDetail } from '@/lib/run/run.ts';

type Epoch = RunEventOf<'epoch'>;
type Told = Pick<RunDetail, 'status' | 'config' | 'events'>;

/** How far from a whole number of images an accuracy times the batch may be: logs hold single precision. */
const tolerance = 1e-3;

/**
 * A run's whole epochs. Under Keras 3 the original script's generator ran out in stage 2 with augmentation: each even epoch
 * trained on one batch, and its training accuracy is so many of that batch's images. Known by just that: all even epochs
 * are such, and not all odd ones. Our own trainer has no such epochs, so what it trained is never taken for that by chance.
 * @returns in order, through both stages; all epochs where the run is not of that kind
 */
export function wholeEpochs(run: Told): readonly Epoch[] {
  const epochs = run.events.flatMap(({ event }) => (event.type === 'epoch' ? [event] : []));
  if (!mayBeHalved(run)) return epochs;
  const isOfOneBatch = ({ metrics: { accuracy } }: Epoch): boolean => {
    const images = (accuracy ?? Number.NaN) * run.config.batch_size;
    return Math.abs(images - Math.round(images)) < tolerance;
  };
  const isEven = ({ stage, epoch }: Epoch) => stage === 2 && epoch % 2 === 0;
  const odd = epochs.filter((epoch) => epoch.stage === 2 && !isEven(epoch));
  const even = epochs.filter(isEven);
  if (even.length === 0 || !even.every(isOfOneBatch) || odd.every(isOfOneBatch)) return epochs;
  return epochs
    .filter((epoch) => !isEven(epoch))
    .map((each) => (each.stage === 2 ? { ...each, epoch: (each.epoch + 1) / 2 } : each));
}

/** Whether a run is a log from elsewhere, trained with augmentation. Of all logs only our own trainer's have a start. */
const mayBeHalved = ({ status, config, events }: Told): boolean =>
  status === 'imported' && config.augment && !events.some(({ event }) => event.type === 'started');
