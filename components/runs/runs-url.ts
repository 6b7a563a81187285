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
 * What the table of runs shows, in the page's address: whoever gets the link sees the same. What stands at its default
 * is left out; what makes no sense counts as its default.
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
  /** 0 draws what was measured; towards 1 smoother. */
  smooth: parseAsFloat.withDefault(0),
  logy: parseAsBoolean.withDefault(false),
  /** Epochs of a single batch, too. */
  batches: parseAsBoolean.withDefault(false),
  /** How many runs of the table are drawn while none is selected. */
  curves: parseAsStringLiteral(['5', '20', '100']).withDefault('5'),
  accuracy: parseAsStringLiteral(['val', 'test']).withDefault('val'),
  logx: parseAsBoolean.withDefault(false),
  colour: parseAsStringLiteral(colourFields).withDefault('run'),
  /** The hash of the test images whose best run is shown; where it is none of those there are, that of most runs. */
  tested: parseAsString.withDefault(''),
};
export type RunsState = inferParserType<typeof runsUrl>;

export const loadRunsState = createLoader(runsUrl);

/** The server's query for a state. */
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

/** The address of a state, as far as it says which runs and in which order: for downloads. */
export function searchOf(state: RunsState): string {
  const search = new URLSearchParams();
  for (const key of ['q', ...facets, 'sort', 'order'] as const)
    if (String(state[key]) !== '') search.set(key, String(state[key]));
  return search.toString();
}

export const isFiltered = (state: RunsState): boolean =>
  state.q.trim() !== '' || facets.some((facet) => state[facet].length > 0);
