import { z } from 'zod';
import { builtInDatasetNames } from './datasets.ts';

/**
 * The name of a built-in data set or of a folder of custom images. It must be a valid folder name, not a path, on every
 * system: letters, digits, `_`, and between them also spaces, dots and dashes.
 */
export const datasetNameSchema = z
  .string({ error: 'must be text' })
  .max(80, 'must be at most 80 characters long')
  .regex(
    /^[\p{L}\p{N}_](?:[\p{L}\p{N}_ .-]*[\p{L}\p{N}_-])?$/u,
    `must be ${builtInDatasetNames.join(', ')} or the name of a folder in DATASETS_DIR`,
  );
