import { z } from 'zod';
import { pageSize, sortColumns } from './columns.ts';
import { type Facet, type FacetItem, facetFacts, facetRecord, filterLimits } from './facets.ts';

/** The filter, order and page of the runs that a table, chart or download shows. */

const { characters, values } = filterLimits;

function itemSchema(facet: Facet): z.ZodType {
  const { isInteger, values: all } = facetFacts(facet);
  if (isInteger) return z.number().int();
  return all ? z.enum(all) : z.string().max(characters);
}

type FacetSchemas = { [F in Facet]: z.ZodDefault<z.ZodArray<z.ZodType<FacetItem<F>, FacetItem<F>>>> };

/** A run matches if it has a selected value of every facet; an empty list selects all values. */
export const runFilterSchema = z.object({
  /** A substring of name, notes, tags or id; case-insensitive for ASCII. */
  search: z.string().max(characters).default(''),
  ...facetRecord<FacetSchemas>((facet) => z.array(itemSchema(facet)).max(values).default([])),
});
export type RunFilter = z.infer<typeof runFilterSchema>;

export const runSortSchema = z.object({ column: z.enum(sortColumns), descending: z.boolean() });
export type RunSort = z.infer<typeof runSortSchema>;

/** The default order. */
const newestFirst: RunSort = { column: 'createdAt', descending: true };

/** The maximum number of rows per request. */
const maxRows = 200;

export const runQuerySchema = z.object({
  filter: runFilterSchema.prefault({}),
  sort: runSortSchema.default(newestFirst),
  offset: z.number().int().nonnegative().default(0),
  limit: z.number().int().positive().max(maxRows).default(pageSize),
  /** Restricts the result to these runs, still filtered and sorted. */
  ids: z.array(z.string()).max(maxRows).optional(),
  /** Selects the project's example runs instead of the user's. */
  examples: z.boolean().default(false),
});
export type RunQuery = z.infer<typeof runQuerySchema>;
export type RunQueryInput = z.input<typeof runQuerySchema>;
