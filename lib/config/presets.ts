import type { TrainConfigInput } from './train-config.ts';

/** A suggested config for the form; omitted fields take their defaults. */
export interface Preset {
  title: string;
  /** What the preset shows or is good for. */
  help: string;
  config: TrainConfigInput;
}

/**
 * The head's BatchNormalization updates its moving averages with momentum 0.99, so validation metrics are meaningless for
 * about the first 300 steps. Quick runs therefore use few images in many small batches.
 */
const quick = {
  train_limit: 6000,
  image_size: 96,
  n_unfreeze: 30,
  batch_size: 32,
  epochs_stage1: 8,
  epochs_stage2: 6,
} as const satisfies TrainConfigInput;

/** In the form's order; a new form starts with the first one. */
export const presets: readonly [Preset, ...Preset[]] = [
  {
    title: 'Quick look',
    help: 'Both stages on 6,000 small images: a couple of minutes on two cores.',
    config: { ...quick, lr_stage2: 1e-4 },
  },
  {
    title: 'Original baseline',
    help: 'The original script’s defaults: a frozen base and all 45,000 images.',
    config: {},
  },
  {
    title: 'Original best, N = 30',
    help: 'Up to 30 + 100 epochs with augmentation: 92.28 % validation accuracy on the official images.',
    config: {
      n_unfreeze: 30,
      epochs_stage1: 30,
      epochs_stage2: 100,
      batch_size: 64,
      augment: true,
      rotation: 20,
      zoom: 0.15,
      width_shift: 0.1,
      height_shift: 0.1,
    },
  },
  {
    title: 'Learning rate too high',
    help: 'Quick look at thirty times its learning rate: fine-tuning destroys the pretrained weights.',
    config: { ...quick, lr_stage2: 3e-3 },
  },
];
