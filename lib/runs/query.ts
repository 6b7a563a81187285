import { z } from 'zod';
import { pageSize, sortColumns } from './columns.ts';
import { type Facet, type FacetItem, facetFacts, filterLimits, forEachFacet } from './facets.ts';

/** Which runs a table, a chart or a download shows, and in which order. */

const { characters, values } = filterLimits;

function itemOf(facet: Facet): z.ZodType {
  const { isInteger, values: all } = facetFacts(facet);
  if (isInteger) return z.number().int();
  return all ? z.enum(all) : z.string().max(characters);
}

type FacetSchemas = { [F in Facet]: z.ZodDefault<z.ZodArray<z.ZodType<FacetItem<F>, FacetItem<F>>>> };

/** A run has one of the values of each list; an empty list leaves its facet open. */
export const runFilterSchema = z.object({
  /** Within name, notes, tags or id, in whatever case. */
  search: z.string().max(characters).default(''),
  ...forEachFacet<FacetSchemas>((facet) => z.array(itemOf(facet)).max(values).default([])),
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
