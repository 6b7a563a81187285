import { presets } from '@/lib/config/presets.ts';
import type { TrainConfig, TrainConfigInput } from '@/lib/config/train-config.ts';
import { originalNeeds } from '@/lib/data/data-files.ts';
import type { DataStatus } from '@/server/data/downloads.ts';
import { lackingParts } from './data-status.ts';

/** What comes with the app: a new run trains on it where the original's images or weights are not there. */
const builtIn = { dataset: 'sketch10', backbone: 'sketch' } as const satisfies Partial<TrainConfig>;

/** On what a new run trains, by what this machine has. */
export const dataToStartOn = (status: DataStatus): Partial<TrainConfig> =>
  lackingParts(status, originalNeeds).length > 0 ? builtIn : {};

/** The run that one click starts: a couple of minutes at most. */
export const firstRun = (status: DataStatus): TrainConfigInput => ({ ...presets[0].config, ...dataToStartOn(status) });
