import { count, eq, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { type Facet, facetFacts, facets } from '@/lib/runs/facets.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import { facetValue } from './select-runs.ts';

/** A value of a facet, as text, and the number of runs that have it. */
export interface FacetValue {
  value: string;
  runs: number;
}

/** Lists may have very many values (tags); only the most frequent are useful in a menu. */
const maxListValues = 100;

const single = facets.filter((facet) => !facetFacts(facet).isList);

/** The values of each facet that occur in runs, in natural sort order; for lists, by descending frequency. */
export const countFacets = (db: Database): Record<Facet, FacetValue[]> =>
  db.transaction((tx) => {
    const combinations = countCombinations(tx);
    const values = facets.map((facet) => [
      facet,
      facetFacts(facet).isList ? countItems(tx, facet) : sumBy(facet, combinations),
    ]);
    return Object.fromEntries(values);
  });

/** Counts runs by combination of values, of which there are far fewer than runs. */
function countCombinations(tx: Transaction): Record<string, unknown>[] {
  const values = Object.fromEntries(single.map((facet) => [facet, facetValue(facet)]));
  return tx
    .select({ ...values, runs: count() })
    .from(runs)
    .where(eq(runs.isExample, false))
    .groupBy(...Object.values(values))
    .all();
}

function sumBy(facet: Facet, combinations: Record<string, unknown>[]): FacetValue[] {
  const counts = new Map<string, number>();
  for (const row of combinations) {
    const value = String(row[facet]);
    counts.set(value, (counts.get(value) ?? 0) + Number(row.runs));
  }
  return [...counts]
    .map(([value, runs]) => ({ value, runs }))
    .sort((a, b) => a.value.localeCompare(b.value, 'en', { numeric: true }));
}

const countItems = (tx: Transaction, facet: Facet): FacetValue[] =>
  tx.all<FacetValue>(
    sql`select value, count(*) as runs from ${runs}, json_each(${facetValue(facet)})
      where not ${runs.isExample} group by value order by count(*) desc, value limit ${maxListValues}`,
  );
