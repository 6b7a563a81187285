import { z } from 'zod';
import { builtInDatasetNames } from './datasets.ts';

/**
 * What can be trained on has a name: one of the built-in data sets', or that of a folder of own images. It stands for one
 * folder, and no path, on every system: letters, digits, `_`, and within it also spaces, dots and dashes.
 */
export const datasetNameSchema = z
  .string({ error: 'must be text' })
  .max(80, 'must be at most 80 characters long')
  .regex(
    /^[\p{L}\p{N}_](?:[\p{L}\p{N}_ .-]*[\p{L}\p{N}_-])?$/u,
    `must be ${builtInDatasetNames.join(', ')} or the name of a folder in DATASETS_DIR`,
  );
