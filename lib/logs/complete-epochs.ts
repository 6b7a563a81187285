import type { RunEventOf } from '@/lib/run/events.ts';
import { isKnown } from '@/lib/run/known-settings.ts';
import type { RunDetail } from '@/lib/run/run.ts';

type Epoch = RunEventOf<'epoch'>;
type RunWithEvents = Pick<RunDetail, 'status' | 'config' | 'logFacts' | 'events'>;

/** Tolerance for accuracy × batch size to count as an integer; logs have single precision. */
const tolerance = 1e-3;

/**
 * A run's epochs without those of a single batch. Under Keras 3, the original script's generator ran out in stage 2
 * with augmentation: each even epoch trained on one batch, so its training accuracy is a multiple of 1 / batch size.
 * Such logs are recognized by that: it holds for all even epochs of stage 2, but not for all odd ones. Runs of our own
 * trainer are excluded, because they have no such epochs and could match by chance.
 * @returns the epochs of both stages in order, those of stage 2 renumbered; all epochs if the run has no single-batch
 * epochs
 */
export function completeEpochs(run: RunWithEvents): readonly Epoch[] {
  const epochs = run.events.flatMap(({ event }) => (event.type === 'epoch' ? [event] : []));
  if (!mayHaveSingleBatches(run)) return epochs;
  const isSingleBatch = ({ metrics: { accuracy } }: Epoch): boolean => {
    const images = (accuracy ?? Number.NaN) * run.config.batch_size;
    return Math.abs(images - Math.round(images)) < tolerance;
  };
  const isEven = ({ stage, epoch }: Epoch) => stage === 2 && epoch % 2 === 0;
  const odd = epochs.filter((epoch) => epoch.stage === 2 && !isEven(epoch));
  const even = epochs.filter(isEven);
  if (even.length === 0 || !even.every(isSingleBatch) || odd.every(isSingleBatch)) return epochs;
  return epochs
    .filter((epoch) => !isEven(epoch))
    .map((each) => (each.stage === 2 ? { ...each, epoch: (each.epoch + 1) / 2 } : each));
}

/** Whether a run is an original log with augmentation. Only logs of our own trainer have a `started` event. */
const mayHaveSingleBatches = ({ status, config, logFacts, events }: RunWithEvents): boolean =>
  status === 'imported' &&
  isKnown({ logFacts }, 'batch_size') &&
  config.augment &&
  !events.some(({ event }) => event.type === 'started');
