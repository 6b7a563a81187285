import { presets } from '@/lib/config/presets.ts';
import type { TrainConfig, TrainConfigInput } from '@/lib/config/train-config.ts';
import { originalNeeds } from '@/lib/data/data-files.ts';
import type { DataStatus } from '@/server/data/downloads.ts';
import { missingParts } from './data-status.ts';

/** The bundled images and backbone, for new runs while the original's images or weights are not downloaded. */
const bundled = { dataset: 'sketch10', backbone: 'sketch' } as const satisfies Partial<TrainConfig>;

/** The data fields of a new run's config, depending on what is downloaded. */
export const defaultData = (status: DataStatus): Partial<TrainConfig> =>
  missingParts(status, originalNeeds).length > 0 ? bundled : {};

/** The config of the first run, which starts with one click and takes a couple of minutes at most. */
export const firstRunConfig = (status: DataStatus): TrainConfigInput => ({
  ...presets[0].config,
  ...defaultData(status),
});
