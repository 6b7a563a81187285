import type { TrainConfig } from '@/lib/train-config.ts';

/** What changes pixels in stage 2, in a word each: `aug`, `mixup`, `cutout`. */
export const augmentationWords = (config: TrainConfig): string[] => [
  ...(config.augment ? ['aug'] : []),
  ...(config.use_mixup ? ['mixup'] : []),
  ...(config.use_cutout ? ['cutout'] : []),
];

/** How many images a run trains on. */
export const trainedImages = (config: TrainConfig): number => config.train_limit || 45_000;
