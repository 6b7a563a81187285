import { z } from 'zod';
import { trainConfigSchema } from './train-config.ts';

const { name, notes, tags } = trainConfigSchema.shape;

/**
 * What a person may change of a run at any time: how it is called and what is said about it. Bounds are those of a new
 * run; what is left out stays as it is.
 */
export const runLabelsSchema = z.strictObject({
  name: name.unwrap().optional(),
  notes: notes.unwrap().optional(),
  tags: tags.unwrap().optional(),
});
export type RunLabels = z.infer<typeof runLabelsSchema>;
