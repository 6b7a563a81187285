import { augmentationSwitches } from '@/lib/config/augmentations.ts';
import type { TrainConfigField } from '@/lib/config/field-table.ts';
import { runStatuses } from '@/lib/run/status.ts';

/** The filters of the runs table. Plain data without zod, so that a page need not load the schema. */

interface FacetFacts {
  /** The filter's menu title. */
  title: string;
  /** Where the value is stored: a column of `runs`, or a key in a JSON column. */
  stored: string;
  /** Whether values are integers instead of strings. */
  isInteger?: true;
  /** All possible values; by default, any string. */
  values?: readonly string[];
  /** Whether a run has a list of values. It then matches if any of them is selected. */
  isList?: true;
  /** Represents a missing value. */
  empty?: string;
  /** The config fields that it depends on. If a log does not contain one of them, the value is unknown. */
  fields?: readonly TrainConfigField[];
  /** Formats a value for menus and chips; by default, the value itself is shown. */
  formatValue?: (value: string) => string;
}

/** Represents runs whose value is unknown. */
export const unknownItem = { word: 'unknown', integer: '-1' };

/** One entry per filter, in display order. Its key is also the name of the URL parameter. */
export const facetTable = {
  n_unfreeze: {
    title: 'Depth',
    stored: 'nUnfreeze',
    isInteger: true,
    fields: ['n_unfreeze'],
    formatValue: (value) => (value === '0' ? 'frozen' : value === unknownItem.integer ? 'unknown' : `N = ${value}`),
  },
  optimizer: { title: 'Optimizer', stored: 'optimizer', fields: ['optimizer'] },
  /** The run's augmentations, joined: `aug mixup`. */
  augmentation: { title: 'Augmentation', stored: 'augmentation', empty: 'none', fields: augmentationSwitches },
  engine: { title: 'Engine', stored: 'engine', empty: 'none' },
  dataset: { title: 'Dataset', stored: 'dataset', fields: ['dataset'] },
  tag: { title: 'Tag', stored: 'config.tags', isList: true },
  status: { title: 'Status', stored: 'status', values: runStatuses },
} as const satisfies Record<string, FacetFacts>;

export type Facet = keyof typeof facetTable;
/** One value of a facet. */
export type FacetItem<F extends Facet> = (typeof facetTable)[F] extends { isInteger: true }
  ? number
  : (typeof facetTable)[F] extends { values: readonly (infer Value)[] }
    ? Value
    : string;
/** The selected values of every facet. */
export type FacetLists = { [F in Facet]: FacetItem<F>[] };

export const facets = Object.keys(facetTable) as Facet[];

export const facetFacts = (facet: Facet): FacetFacts & Pick<(typeof facetTable)[Facet], 'stored'> => facetTable[facet];

/** Creates a record with one value per facet. */
export const facetRecord = <Lists>(make: (facet: Facet) => unknown): Lists =>
  Object.fromEntries(facets.map((facet) => [facet, make(facet)])) as Lists;

/** Upper bounds: characters of a text, and selected values of one facet. */
export const filterLimits = { characters: 200, values: 100 };
