import {
  createLoader,
  createParser,
  type inferParserType,
  parseAsArrayOf,
  parseAsBoolean,
  parseAsFloat,
  parseAsString,
  parseAsStringLiteral,
  type SingleParserBuilder,
} from 'nuqs/server';
import { curveMetrics, sortColumns } from '@/lib/runs/columns.ts';
import {
  type Facet,
  type FacetItem,
  type FacetLists,
  facetFacts,
  facetRecord,
  facets,
  filterLimits,
} from '@/lib/runs/facets.ts';
import type { RunQueryInput } from '@/lib/runs/query.ts';
import { colourFields } from './colour-fields.ts';

/**
 * The state of the page of runs, stored in its URL, so that a link shows the same view. Defaults are omitted from the
 * URL; invalid values are read as defaults.
 */

const { characters, values } = filterLimits;

const word = createParser({
  parse: (text: string) => (text.length <= characters ? text : null),
  serialize: String,
});

const integer = createParser({
  parse: (text: string) => (/^-?\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null),
  serialize: String,
});

const listOf = <Item>(item: SingleParserBuilder<Item>) => parseAsArrayOf(item).withDefault([]);

function facetParser(facet: Facet) {
  const { isInteger, values: all } = facetFacts(facet);
  if (isInteger) return listOf(integer);
  return all ? listOf(parseAsStringLiteral(all)) : listOf(word);
}

type FacetParsers = { [F in Facet]: ReturnType<typeof listOf<FacetItem<F>>> };

export const runsUrl = {
  q: parseAsString.withDefault(''),
  ...facetRecord<FacetParsers>(facetParser),
  sort: parseAsStringLiteral(sortColumns).withDefault('createdAt'),
  order: parseAsStringLiteral(['asc', 'desc']).withDefault('desc'),
  /** Ids. */
  selected: listOf(word),
  /** The id of the run that others are compared with. */
  baseline: parseAsString.withDefault(''),
  metric: parseAsStringLiteral(curveMetrics).withDefault('val_accuracy'),
  stage: parseAsStringLiteral(['both', 'stage1', 'stage2']).withDefault('both'),
  /** Within 0…1; 0 does not smooth. */
  smooth: parseAsFloat.withDefault(0),
  logy: parseAsBoolean.withDefault(false),
  /** Whether to include epochs that trained on a single batch. */
  batches: parseAsBoolean.withDefault(false),
  /** The number of curves while no run is selected. */
  curves: parseAsStringLiteral(['5', '20', '100']).withDefault('5'),
  accuracy: parseAsStringLiteral(['val', 'test']).withDefault('val'),
  logx: parseAsBoolean.withDefault(false),
  colour: parseAsStringLiteral(colourFields).withDefault('run'),
  /** Hash of the test set whose best run is shown. If no run has it, the test set with the most runs is used. */
  tested: parseAsString.withDefault(''),
};
export type RunsState = inferParserType<typeof runsUrl>;

export const loadRunsState = createLoader(runsUrl);

/** The query for a state, within the server’s limits. */
export function queryOf(
  state: RunsState,
): Pick<RunQueryInput, 'sort'> & { filter: NonNullable<RunQueryInput['filter']> } {
  const { q, sort, order } = state;
  const chosen = facetRecord<FacetLists>((facet) => state[facet].slice(0, values));
  return {
    filter: { search: q.slice(0, characters), ...chosen },
    sort: { column: sort, descending: order === 'desc' },
  };
}

/** The filters and the sort order of a state as a query string, for exports. */
export function searchOf(state: RunsState): string {
  const search = new URLSearchParams();
  for (const key of ['q', ...facets, 'sort', 'order'] as const)
    if (String(state[key]) !== '') search.set(key, String(state[key]));
  return search.toString();
}

/** A state update that removes the search and all filters. */
export const clearedFilters: Partial<RunsState> = { q: '', ...facetRecord<FacetLists>(() => []) };

export const isFiltered = (state: RunsState): boolean =>
  state.q.trim() !== '' || facets.some((facet) => state[facet].length > 0);
