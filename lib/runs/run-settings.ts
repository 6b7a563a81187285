import type { TrainConfig } from '@/lib/config/train-config.ts';
import { isBuiltInDataset, trainImages } from '@/lib/data/datasets.ts';
import { formatCount } from '@/lib/format.ts';

/** The number of training images, formatted. For custom images it is only the limit (`≤ 500`), or null without one. */
export function trainedImages(config: TrainConfig): string | null {
  if (isBuiltInDataset(config.dataset)) return formatCount(trainImages(config));
  return config.train_limit > 0 ? `≤ ${formatCount(config.train_limit)}` : null;
}
