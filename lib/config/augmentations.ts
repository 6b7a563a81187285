import { fieldFacts, fieldNames, type fieldTable, type TrainConfigField } from './field-table.ts';

/** The fields that turn on an augmentation; server/model/dataset/batches/augment.ts implements each. */
export type AugmentationSwitch = {
  [Name in TrainConfigField]: (typeof fieldTable)[Name] extends { augmentation: string } ? Name : never;
}[TrainConfigField];

export const augmentationSwitches = fieldNames.filter(
  (name) => fieldFacts(name).augmentation !== undefined,
) as AugmentationSwitch[];

type Switches = Record<AugmentationSwitch, boolean>;

/** The one-word name of an augmentation, such as `aug`. */
export const augmentationWord = (name: AugmentationSwitch): string => fieldFacts(name).augmentation!;

/** The one-word names of a config's augmentations. */
export const augmentationWords = (config: Switches): string[] =>
  augmentationSwitches.filter((name) => config[name]).map(augmentationWord);

/** Whether stage 2 augments its images. If so, it skips incomplete batches and cannot use cached activations. */
export const changesPixels = (config: Switches): boolean => augmentationSwitches.some((name) => config[name]);
