import { z } from 'zod';
import { runStatuses } from '@/lib/run/status.ts';
import { filterLimits, pageSize, sortColumns } from './columns.ts';

/** Which runs a table, a chart or a download shows, and in which order. */

const { characters, values } = filterLimits;
const words = z.array(z.string().max(characters)).max(values).default([]);

/** Of each list a run has one of its values; an empty list asks nothing. */
export const runFilterSchema = z.object({
  /** Within name, notes, tags or id, in whatever case. */
  search: z.string().max(characters).default(''),
  n_unfreeze: z.array(z.number().int()).max(values).default([]),
  optimizer: words,
  /** What changes pixels, as one text: `aug mixup`; empty for none. */
  augmentation: words,
  engine: words,
  dataset: words,
  tag: words,
  status: z.array(z.enum(runStatuses)).default([]),
});
export type RunFilter = z.infer<typeof runFilterSchema>;

export const runSortSchema = z.object({ column: z.enum(sortColumns), descending: z.boolean() });
export type RunSort = z.infer<typeof runSortSchema>;

/** Newest first where nothing is asked. */
const newestFirst: RunSort = { column: 'createdAt', descending: true };

/** Rows that one question may ask for. */
const mostRows = 200;

export const runQuerySchema = z.object({
  filter: runFilterSchema.prefault({}),
  sort: runSortSchema.default(newestFirst),
  offset: z.number().int().nonnegative().default(0),
  limit: z.number().int().positive().max(mostRows).default(pageSize),
  /** Only these, still filtered and sorted. */
  ids: z.array(z.string()).max(mostRows).optional(),
  /** The project's own examples, which no other list shows. */
  examples: z.boolean().default(false),
});
export type RunQuery = z.infer<typeof runQuerySchema>;
export type RunQueryInput = z.input<typeof runQuerySchema>;
