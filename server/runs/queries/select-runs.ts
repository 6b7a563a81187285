import { and, desc, eq, inArray, or, type SQL, sql } from 'drizzle-orm';
import { runs } from '@/drizzle/schema.ts';
import { builtInDatasetNames, builtInDatasets } from '@/lib/data/datasets.ts';
import type { Facet, SortColumn } from '@/lib/runs/columns.ts';
import type { RunFilter, RunQuery, RunSort } from '@/lib/runs/query.ts';

/** A query's words as SQL: which rows, and in which order. */

/** A field of the config that has no column of its own. */
const field = (name: string): SQL => sql`${runs.config} ->> ${sql.raw(`'$.${name}'`)}`;

/** Of own images, of which nobody knows here how many there are, at most this many are trained on. */
const trainLimit = sql`nullif(${field('train_limit')}, 0)`;
const knownImages = builtInDatasetNames.map((name) => {
  const { train, classes } = builtInDatasets[name].size;
  return sql`when ${name} then max(${classes}, min(coalesce(${trainLimit}, ${train}), ${train}))`;
});

const columns: Record<SortColumn, SQL> = {
  name: sql`${runs.name} collate nocase`,
  status: sql`${runs.status}`,
  augmentation: sql`${runs.augmentation}`,
  images: sql`case ${runs.dataset} ${sql.join(knownImages, sql` `)} else ${trainLimit} end`,
  engine: sql`${runs.engine}`,
  val: sql`${runs.valAccuracy}`,
  test: sql`${runs.testAccuracy}`,
  tta: sql`${runs.metrics} ->> '$.test_tta'`,
  time: sql`${runs.seconds}`,
  createdAt: sql`${runs.createdAt}`,
  n_unfreeze: sql`${runs.nUnfreeze}`,
  optimizer: sql`${runs.optimizer}`,
  dataset: sql`${runs.dataset}`,
  lr_stage1: field('lr_stage1'),
  lr_stage2: field('lr_stage2'),
  batch_size: field('batch_size'),
  image_size: field('image_size'),
  epochs_stage1: field('epochs_stage1'),
  epochs_stage2: field('epochs_stage2'),
  weight_decay: field('weight_decay'),
  label_smoothing: field('label_smoothing'),
  dropout: field('dropout'),
  seed: field('seed'),
};

/** What runs are filtered by, but for tags, of which one has several. */
export const facetColumns: Record<Exclude<Facet, 'tag'>, SQL> = {
  n_unfreeze: sql`${runs.nUnfreeze}`,
  optimizer: sql`${runs.optimizer}`,
  augmentation: sql`coalesce(nullif(${runs.augmentation}, ''), 'none')`,
  engine: sql`coalesce(${runs.engine}, 'none')`,
  dataset: sql`${runs.dataset}`,
  status: sql`${runs.status}`,
};

/** Which rows a query shows. */
export function whereOf({ filter, ids, examples }: Pick<RunQuery, 'filter' | 'ids' | 'examples'>): SQL | undefined {
  return and(eq(runs.isExample, examples), ids && inArray(runs.id, ids), ...conditionsOf(filter));
}

function conditionsOf(filter: RunFilter): (SQL | undefined)[] {
  const { search, n_unfreeze, optimizer, augmentation, engine, dataset, tag, status } = filter;
  const oneOf = <T>(list: T[], condition: (list: T[]) => SQL | undefined) =>
    list.length > 0 ? condition(list) : undefined;
  return [
    oneOf(n_unfreeze, (list) => inArray(runs.nUnfreeze, list)),
    oneOf(optimizer, (list) => inArray(runs.optimizer, list)),
    oneOf(augmentation, (list) => inArray(facetColumns.augmentation, list)),
    oneOf(engine, (list) => inArray(facetColumns.engine, list)),
    oneOf(dataset, (list) => inArray(runs.dataset, list)),
    oneOf(status, (list) => inArray(runs.status, list)),
    oneOf(tag, (list) => sql`exists (select 1 from json_each(${runs.config}, '$.tags') where value in ${list})`),
    search.trim() === '' ? undefined : contains(search.trim()),
  ];
}

/** SQLite knows upper and lower case of ASCII alone. */
function contains(text: string): SQL {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const places = [sql`${runs.name}`, sql`${runs.id}`, field('notes'), field('tags')];
  return or(...places.map((place) => sql`${place} like ${pattern} escape '\\'`))!;
}

/** What has no value stands last either way; of equals the newer first. */
export function orderOf({ column, descending }: RunSort): SQL[] {
  const value = columns[column];
  return [descending ? sql`${value} desc nulls last` : sql`${value} asc nulls last`, desc(runs.number)];
}
