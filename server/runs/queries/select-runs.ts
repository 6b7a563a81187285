import { and, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import { type RunRow, runs } from '@/drizzle/schema.ts';
import { augmentationSwitches, augmentationWord } from '@/lib/config/augmentations.ts';
import type { TrainConfigField } from '@/lib/config/field-table.ts';
import { builtInDatasetNames, builtInDatasets } from '@/lib/data/datasets.ts';
import { columnNamed, type ExpressionColumn, type RunColumn } from '@/lib/runs/columns.ts';
import { type Facet, facetFacts, facets, unknownItem } from '@/lib/runs/facets.ts';
import type { RunFilter, RunQuery, RunSort } from '@/lib/runs/query.ts';

/** Translates a query to SQL conditions and order. */

/** A column of `runs`, a key in a JSON column, or the names of the config's augmentations. */
type StoredValue = keyof RunRow | `${'config' | 'metrics'}.${string}` | 'augmentation';

function sqlOf(stored: StoredValue): SQL {
  if (stored === 'augmentation') return sql`rtrim(${sql.join(augmentationNames, sql` || `)})`;
  const [column, key] = stored.split('.') as [keyof RunRow, string?];
  return key ? sql`${runs[column]} ->> ${sql.raw(`'$.${key}'`)}` : sql`${runs[column]}`;
}

/** Whether an imported log does not contain all of these fields; see lib/run/known-settings.ts. */
const isUnknown = (fields: readonly TrainConfigField[]): SQL =>
  sql`(${runs.logFacts} is not null and (${sql.join(
    fields.map((field) => sql`instr(${runs.logFacts} ->> '$.unknown', ${sql.raw(`'"${field}"'`)})`),
    sql` or `,
  )}))`;

/** A field of a run's config; null if it is unknown. */
export const knownField = (field: TrainConfigField): SQL =>
  sql`iif(${isUnknown([field])}, null, ${sqlOf(`config.${field}`)})`;

const augmentationNames = augmentationSwitches.map(
  (name) => sql`iif(${runs.config} ->> ${sql.raw(`'$.${name}'`)}, ${`${augmentationWord(name)} `}, '')`,
);

/** The upper bound for custom images, whose number is not stored. */
const trainLimit = sql`nullif(${sqlOf('config.train_limit')}, 0)`;
const knownImages = builtInDatasetNames.map((name) => {
  const { train, classes } = builtInDatasets[name].size;
  return sql`when ${name} then max(${classes}, min(coalesce(${trainLimit}, ${train}), ${train}))`;
});

/** Sort expressions of columns whose value is not stored directly. */
const expressions: Record<ExpressionColumn, SQL> = {
  name: sql`${runs.name} collate nocase`,
  images: sql`iif(${isUnknown(['dataset', 'train_limit'])}, null,
    case ${runs.dataset} ${sql.join(knownImages, sql` `)} else ${trainLimit} end)`,
};

/** The value that a facet filters by; JSON for a list. */
export function facetValue(facet: Facet): SQL {
  const { stored, empty, fields, isInteger } = facetFacts(facet);
  const value = sqlOf(stored);
  const known = empty === undefined ? value : sql`coalesce(nullif(${value}, ''), ${sql.raw(`'${empty}'`)})`;
  if (!fields) return known;
  const unknown = sql.raw(isInteger ? unknownItem.integer : `'${unknownItem.word}'`);
  return sql`iif(${isUnknown(fields)}, ${unknown}, ${known})`;
}

/** The condition for the rows of a query. */
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

/** Case-insensitive for ASCII only, a limitation of SQLite. */
function contains(text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const columns = [sql`${runs.name}`, sql`${runs.id}`, sqlOf('config.notes'), sqlOf('config.tags')];
  return or(...columns.map((column) => sql`${column} like ${pattern} escape '\\'`))!;
}

/** Runs without a value come last in both directions; ties are ordered by newest first. */
export function orderOf({ column, descending }: RunSort): SQL[] {
  const { stored } = columnNamed(column);
  const value = stored ? sortValue(stored) : expressions[column as ExpressionColumn];
  return [descending ? sql`${value} desc nulls last` : sql`${value} asc nulls last`, desc(runs.number)];
}

function sortValue(stored: NonNullable<RunColumn['stored']>): SQL {
  if (stored === 'augmentation') return sql`iif(${isUnknown(augmentationSwitches)}, null, ${sqlOf(stored)})`;
  const [column, field] = stored.split('.');
  return column === 'config' ? knownField(field as TrainConfigField) : sqlOf(stored);
}
