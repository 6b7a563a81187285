import { count, eq, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { type Facet, facetFacts, facets } from '@/lib/runs/facets.ts';
import type { Database, Transaction } from '@/server/db/database.ts';
import { facetValue } from './select-runs.ts';

/** A value that runs can be filtered by, as text, and how many have it. */
export interface FacetValue {
  value: string;
  runs: number;
}

/** As many values of a list as one can look through. */
const mostOfList = 100;

const single = facets.filter((facet) => !facetFacts(facet).isList);

/** Every value that runs have, of each facet: numbers by size, words by their letters, those of lists by how many runs have them. */
export const countFacets = (db: Database): Record<Facet, FacetValue[]> =>
  db.transaction((tx) => {
    const combinations = countCombinations(tx);
    const values = facets.map((facet) => [
      facet,
      facetFacts(facet).isList ? countItems(tx, facet) : sumBy(facet, combinations),
    ]);
    return Object.fromEntries(values);
  });

/** Runs by combination of values: there are far fewer of these than of runs. */
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
      where not ${runs.isExample} group by value order by count(*) desc, value limit ${mostOfList}`,
  );
