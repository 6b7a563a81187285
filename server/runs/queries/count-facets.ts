import { count, eq, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import type { Facet } from '@/lib/runs/columns.ts';
import type { Database } from '@/server/db/database.ts';
import { facetColumns } from './select-runs.ts';

/** A value that runs can be filtered by, as text, and how many have it. */
export interface FacetValue {
  value: string;
  runs: number;
}

/** As many tags as one can look through. */
const mostTags = 100;

/** Every value that runs have, of each facet: numbers by size, words by their letters, tags by how many have them. */
export const countFacets = (db: Database): Record<Facet, FacetValue[]> =>
  db.transaction((tx) => {
    // Each combination once: many runs differ in nothing that is asked here.
    const combinations = tx
      .select({ ...facetColumns, runs: count() })
      .from(runs)
      .where(eq(runs.isExample, false))
      .groupBy(...Object.values(facetColumns))
      .all();
    const valuesOf = (facet: keyof typeof facetColumns): FacetValue[] => {
      const counts = new Map<string, number>();
      for (const row of combinations) counts.set(String(row[facet]), (counts.get(String(row[facet])) ?? 0) + row.runs);
      return [...counts]
        .map(([value, runs]) => ({ value, runs }))
        .sort((a, b) => a.value.localeCompare(b.value, 'en', { numeric: true }));
    };
    const tag = tx.all<FacetValue>(
      sql`select value, count(*) as runs from ${runs}, json_each(${runs.config}, '$.tags')
        where not ${runs.isExample} group by value order by count(*) desc, value limit ${mostTags}`,
    );
    const facets = Object.keys(facetColumns) as (keyof typeof facetColumns)[];
    const values = facets.map((facet) => [facet, valuesOf(facet)] as const);
    return { ...(Object.fromEntries(values) as Record<keyof typeof facetColumns, FacetValue[]>), tag };
  });
