import { z } from 'zod';
import { trainConfigSchema } from './train-config.ts';

const { name, notes, tags } = trainConfigSchema.shape;

/**
 * The descriptive fields of a run, which can be edited at any time. They have the bounds of a new run; omitted fields
 * keep their values.
 */
export const runLabelsSchema = z.strictObject({
  name: name.unwrap().optional(),
  notes: notes.unwrap().optional(),
  tags: tags.unwrap().optional(),
});
export type RunLabels = z.infer<typeof runLabelsSchema>;
