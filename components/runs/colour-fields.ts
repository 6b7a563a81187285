import type { TrainConfigField } from '@/lib/config/train-config.ts';

/** What points can be coloured by: each run's own colour, or a field of the config. */
export const colourFields = [
  'run',
  'n_unfreeze',
  'augment',
  'optimizer',
  'lr_stage2',
  'lr_stage1',
  'batch_size',
  'image_size',
  'dropout',
  'label_smoothing',
  'weight_decay',
  'use_mixup',
  'use_cutout',
  'rotation',
  'zoom',
  'epochs_stage1',
  'epochs_stage2',
  'train_limit',
  'seed',
  'dataset',
  'engine',
  'width_shift',
  'height_shift',
  'mixup_alpha',
] as const satisfies ('run' | TrainConfigField)[];
export type ColourField = (typeof colourFields)[number];
