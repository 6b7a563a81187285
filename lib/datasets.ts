import { z } from 'zod';

/** What can be trained on: two data sets that have a name of their own, and folders of own images. */

/** `cifar10` lies in the data folder; `sketch10` is drawn by the trainer itself. */
export const knownDatasets = ['cifar10', 'sketch10'] as const;
export type KnownDataset = (typeof knownDatasets)[number];

export const isKnownDataset = (name: string): name is KnownDataset => knownDatasets.some((known) => known === name);

/**
 * A name that stands for one folder, and no path, on every system: letters, digits, `_`, and within it also spaces, dots
 * and dashes.
 */
export const datasetNameSchema = z
  .string({ error: 'must be text' })
  .max(80, 'must be at most 80 characters long')
  .regex(
    /^[\p{L}\p{N}_](?:[\p{L}\p{N}_ .-]*[\p{L}\p{N}_-])?$/u,
    'must be cifar10, sketch10 or the name of a folder in DATASETS_DIR',
  );

/** How many images a data set has, and of how many classes. */
export interface DatasetSize {
  train: number;
  val: number;
  test: number;
  classes: number;
}

/** Labels are bytes. */
export const mostClasses = 256;

export const datasetSizes: Record<KnownDataset, DatasetSize> = {
  cifar10: { train: 45_000, val: 5000, test: 10_000, classes: 10 },
  sketch10: { train: 8000, val: 1000, test: 2000, classes: 10 },
};

/**
 * The share of its images that each class keeps for validation, of those that are not for the test: CIFAR-10's 5,000 of
 * 50,000, as the original script splits it, and of any other set one in nine.
 */
export const validationShare = (dataset: string): number => (dataset === 'cifar10' ? 1 / 10 : 1 / 9);

/** The share of own images that each class keeps for the test, where nobody has put test images into a folder of their own. */
export const ownTestShare = 1 / 5;

/** How many of a class' images are held out, one at least. */
export const heldOut = (images: number, share: number): number => Math.max(1, Math.round(images * share));
