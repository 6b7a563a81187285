import type { TrainConfig, TrainConfigField } from './train-config.ts';

interface Augmentation {
  /** The field that switches it on. */
  flag: TrainConfigField;
  /** The other fields that it takes. */
  fields: readonly TrainConfigField[];
  /** What it is called where there is room for one word. */
  word: string;
}

/** What can change the training images of stage 2; server/model/dataset/batches/augment.ts has the change that each makes. */
export const augmentations = {
  affine: { flag: 'augment', fields: ['rotation', 'zoom', 'width_shift', 'height_shift'], word: 'aug' },
  mixup: { flag: 'use_mixup', fields: ['mixup_alpha'], word: 'mixup' },
  cutout: { flag: 'use_cutout', fields: [], word: 'cutout' },
} as const satisfies Record<string, Augmentation>;
export type AugmentationName = keyof typeof augmentations;

type Facts = (typeof augmentations)[AugmentationName];
export type AugmentationField = Facts['flag'] | Facts['fields'][number];

/** Of a config, what decides how images are changed. */
export type AugmentationOptions = Pick<TrainConfig, AugmentationField>;

/** The fields of each, its switch first. */
export const augmentationFields: readonly AugmentationField[] = Object.values(augmentations).flatMap(
  ({ flag, fields }) => [flag, ...fields],
);

/** Those that a config switches on, in a word each. */
export const augmentationWords = (config: Pick<TrainConfig, Facts['flag']>): string[] =>
  Object.values(augmentations).flatMap(({ flag, word }) => (config[flag] ? [word] : []));

/** Whether any of them changes pixels in stage 2; then batches are whole, and no features or activations can be reused. */
export const changesPixels = (config: Pick<TrainConfig, Facts['flag']>): boolean =>
  Object.values(augmentations).some(({ flag }) => config[flag]);
