import type { TrainConfig } from '@/lib/config/train-config.ts';
import { isBuiltInDataset, trainImages } from '@/lib/data/datasets.ts';
import { formatCount } from '@/lib/format.ts';

/** How many images a run trains on: of own ones as many as it may at most, and null where it takes all there are. */
export function trainedImages(config: TrainConfig): string | null {
  if (isBuiltInDataset(config.dataset)) return formatCount(trainImages(config));
  return config.train_limit > 0 ? `≤ ${formatCount(config.train_limit)}` : null;
}
