import { fieldFacts, fieldNames, type fieldTable, type TrainConfigField } from './field-table.ts';

/** The switches that turn on an augmentation; server/model/dataset/batches/augment.ts has what each does to images. */
export type AugmentationSwitch = {
  [Name in TrainConfigField]: (typeof fieldTable)[Name] extends { augmentation: string } ? Name : never;
}[TrainConfigField];

export const augmentationSwitches = fieldNames.filter(
  (name) => fieldFacts(name).augmentation !== undefined,
) as AugmentationSwitch[];

type Switches = Record<AugmentationSwitch, boolean>;

/** An augmentation's name in one word, such as `aug`. */
export const augmentationWord = (name: AugmentationSwitch): string => fieldFacts(name).augmentation!;

/** The names of the augmentations that a config turns on. */
export const augmentationWords = (config: Switches): string[] =>
  augmentationSwitches.filter((name) => config[name]).map(augmentationWord);

/** Whether any of them changes pixels in stage 2; batches are then complete, and cached activations cannot be used. */
export const changesPixels = (config: Switches): boolean => augmentationSwitches.some((name) => config[name]);
