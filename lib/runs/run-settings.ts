import { isBuiltInDataset, trainImages } from '@/lib/data/datasets.ts';
import { formatCount } from '@/lib/format.ts';
import { bareSetting, type Configured, isKnown } from '@/lib/run/known-settings.ts';

/** The number of training images, formatted. For custom images it is only the limit (`≤ 500`), or null without one. */
export function trainedImages(run: Configured): string | null {
  if (!isKnown(run, 'dataset')) return bareSetting(run, 'dataset');
  if (!isKnown(run, 'train_limit')) return bareSetting(run, 'train_limit');
  const { config } = run;
  if (isBuiltInDataset(config.dataset)) return formatCount(trainImages(config));
  return config.train_limit > 0 ? `≤ ${formatCount(config.train_limit)}` : null;
}
