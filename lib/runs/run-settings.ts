import type { TrainConfig } from '@/lib/config/train-config.ts';
import { isKnownDataset, trainImages } from '@/lib/data/dataset-sizes.ts';
import { formatCount } from '@/lib/format.ts';

/** What changes pixels in stage 2, in a word each: `aug`, `mixup`, `cutout`. */
export const augmentationWords = (config: TrainConfig): string[] => [
  ...(config.augment ? ['aug'] : []),
  ...(config.use_mixup ? ['mixup'] : []),
  ...(config.use_cutout ? ['cutout'] : []),
];

/** How many images a run trains on: of own ones as many as it may at most, and null where it takes all there are. */
export function trainedImages(config: TrainConfig): string | null {
  if (isKnownDataset(config.dataset)) return formatCount(trainImages(config));
  return config.train_limit > 0 ? `≤ ${formatCount(config.train_limit)}` : null;
}
