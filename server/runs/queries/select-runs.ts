import { and, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import { augmentationSwitches, augmentationWord } from '@/lib/config/augmentations.ts';
import { builtInDatasetNames, builtInDatasets } from '@/lib/data/datasets.ts';
import { columnNamed, type ExpressionColumn } from '@/lib/runs/columns.ts';
import { type Facet, facetFacts, facets } from '@/lib/runs/facets.ts';
import type { RunFilter, RunQuery, RunSort } from '@/lib/runs/query.ts';

/** A query as SQL: which rows, and in which order. */

/** A column of `runs`, a key of one that holds JSON, or the augmentations that a config turns on. */
type Place = keyof RunRow | `${'config' | 'metrics'}.${string}` | 'augmentation';

function valueAt(place: Place): SQL {
  if (place === 'augmentation') return sql`rtrim(${sql.join(augmentationNames, sql` || `)})`;
  const [column, key] = place.split('.') as [keyof RunRow, string?];
  return key ? sql`${runs[column]} ->> ${sql.raw(`'$.${key}'`)}` : sql`${runs[column]}`;
}

const augmentationNames = augmentationSwitches.map(
  (name) => sql`iif(${runs.config} ->> ${sql.raw(`'$.${name}'`)}, ${`${augmentationWord(name)} `}, '')`,
);

/** The upper bound for custom images, whose number is not known here. */
const trainLimit = sql`nullif(${valueAt('config.train_limit')}, 0)`;
const knownImages = builtInDatasetNames.map((name) => {
  const { train, classes } = builtInDatasets[name].size;
  return sql`when ${name} then max(${classes}, min(coalesce(${trainLimit}, ${train}), ${train}))`;
});

/** What columns sort by that is not stored as it is. */
const expressions: Record<ExpressionColumn, SQL> = {
  name: sql`${runs.name} collate nocase`,
  images: sql`case ${runs.dataset} ${sql.join(knownImages, sql` `)} else ${trainLimit} end`,
};

/** The value of a run that a facet filters by; of a list, its JSON. */
export function facetValue(facet: Facet): SQL {
  const { stored, empty } = facetFacts(facet);
  const value = valueAt(stored);
  return empty === undefined ? value : sql`coalesce(nullif(${value}, ''), ${sql.raw(`'${empty}'`)})`;
}

/** Which rows a query shows. */
export function whereOf({ filter, ids, examples }: Pick<RunQuery, 'filter' | 'ids' | 'examples'>): SQL | undefined {
  return and(eq(runs.isExample, examples), ids && inArray(runs.id, ids), ...conditionsOf(filter));
}

const conditionsOf = (filter: RunFilter): (SQL | undefined)[] => [
  ...facets.map((facet) => conditionOf(facet, filter[facet])),
  filter.search.trim() === '' ? undefined : contains(filter.search.trim()),
];

function conditionOf(facet: Facet, chosen: readonly (string | number)[]): SQL | undefined {
  if (chosen.length === 0) return undefined;
  const value = facetValue(facet);
  if (!facetFacts(facet).isList) return inArray(value, [...chosen]);
  return sql`exists (select 1 from json_each(${value}) where value in ${[...chosen]})`;
}

/** SQLite knows upper and lower case of ASCII alone. */
function contains(text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const places = [sql`${runs.name}`, sql`${runs.id}`, valueAt('config.notes'), valueAt('config.tags')];
  return or(...places.map((place) => sql`${place} like ${pattern} escape '\\'`))!;
}

/** Runs without a value stand last either way; of equals the newer stands first. */
export function orderOf({ column, descending }: RunSort): SQL[] {
  const { stored } = columnNamed(column);
  const value = stored ? valueAt(stored) : expressions[column as ExpressionColumn];
  return [descending ? sql`${value} desc nulls last` : sql`${value} asc nulls last`, desc(runs.number)];
}
