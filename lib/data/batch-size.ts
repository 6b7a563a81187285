import { augmentationSwitches, changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig, TrainConfigField } from '@/lib/config/train-config.ts';
import { type DatasetSize, imageCounts } from './datasets.ts';

type BatchConfig = Pick<TrainConfig, 'batch_size' | 'train_limit' | 'epochs_stage2'> &
  Parameters<typeof changesPixels>[0];

/** The other fields that determine whether a batch size is too large. */
export const limitsBatchSize: ReadonlySet<TrainConfigField> = new Set([
  ...augmentationSwitches,
  'dataset',
  'train_limit',
  'epochs_stage2',
]);

/**
 * Why a run cannot be trained with its batch size: with changed pixels, every batch of stage 2 is complete.
 * @returns a phrase that follows the field's name; null if there is no problem
 */
export function describeLargeBatch(config: BatchConfig, size: DatasetSize): string | null {
  const { train } = imageCounts(config.train_limit, size);
  if (config.epochs_stage2 === 0 || !changesPixels(config) || config.batch_size <= train) return null;
  const advice =
    config.train_limit > 0 && config.train_limit < size.train ? '; a higher train_limit allows larger batches' : '';
  return `must be ${train} or less: there are only ${train} training images, and with augmentation every batch must be full${advice}`;
}
