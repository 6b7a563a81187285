import { z } from 'zod';
import { fieldNames, type TrainConfigField } from '@/lib/config/field-table.ts';

const fieldSchema = z.enum(fieldNames as [TrainConfigField, ...TrainConfigField[]]);

/** How far an imported log determines its run's config; lib/run/known-settings.ts reads it. */
export const logFactsSchema = z.object({
  /** Fields whose value in the run's config is only a default, because the log has none or one that cannot be used. */
  unknown: z.array(fieldSchema),
  /** The log's own value, as text, of each unknown field for which it has one. */
  unusable: z.partialRecord(fieldSchema, z.string()),
  /** Settings of the log for which there is no field, as text. */
  other: z.record(z.string(), z.string()),
  /** What was left out or converted on import; short phrases that start in lower case. */
  notes: z.array(z.string()),
});
export type LogFacts = z.infer<typeof logFactsSchema>;
