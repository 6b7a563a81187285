import { z } from 'zod';

/** What can be trained on is called by a name: one of dataset-sizes.ts', or that of a folder of own images. */

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

/** Labels are bytes. */
export const mostClasses = 256;

/**
 * The share of its images that each class keeps for validation, of those that are not for the test: CIFAR-10's 5,000 of
 * 50,000, as the original script splits it, and of any other set one in nine.
 */
export const validationShare = (dataset: string): number => (dataset === 'cifar10' ? 1 / 10 : 1 / 9);

/** The share of own images that each class keeps for the test, where nobody has put test images into a folder of their own. */
export const ownTestShare = 1 / 5;

/** How many of a class' images are held out, one at least. */
export const heldOut = (images: number, share: number): number => Math.max(1, Math.round(images * share));
