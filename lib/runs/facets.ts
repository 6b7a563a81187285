import { augmentationSwitches } from '@/lib/config/augmentations.ts';
import type { TrainConfigField } from '@/lib/config/field-table.ts';
import { runStatuses } from '@/lib/run/status.ts';

/** What runs can be filtered by. Plain data, so that a page needs no schema for it. */

interface FacetFacts {
  /** Name of its menu. */
  title: string;
  /** Where the database has it: a column of `runs`, or a key of one that holds JSON. */
  stored: string;
  /** Whether its values are whole numbers; they are words otherwise. */
  isInteger?: true;
  /** All values there can be; any word where left out. */
  values?: readonly string[];
  /** Whether a run has a list of values, and is shown where one of them is chosen. */
  isList?: true;
  /** Stands for no value. */
  empty?: string;
  /** The fields of the config that it follows from. If a log does not contain one of them, the value is unknown. */
  fields?: readonly TrainConfigField[];
  /** A value as menus and chips show it, where it is not the value itself. */
  inWords?: (value: string) => string;
}

/** The item of runs whose value is unknown, as text. */
export const unknownItem = { word: 'unknown', integer: '-1' };

/** An entry for each filter, in the order in which they are offered. Its key is its name in the page's address, too. */
export const facetTable = {
  n_unfreeze: {
    title: 'Depth',
    stored: 'nUnfreeze',
    isInteger: true,
    fields: ['n_unfreeze'],
    inWords: (value) => (value === '0' ? 'frozen' : value === unknownItem.integer ? 'unknown' : `N = ${value}`),
  },
  optimizer: { title: 'Optimizer', stored: 'optimizer', fields: ['optimizer'] },
  /** What changes pixels, as one text: `aug mixup`. */
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
/** The chosen values of every facet. */
export type FacetLists = { [F in Facet]: FacetItem<F>[] };

export const facets = Object.keys(facetTable) as Facet[];

export const facetFacts = (facet: Facet): FacetFacts & Pick<(typeof facetTable)[Facet], 'stored'> => facetTable[facet];

/** A record with a value for each facet. */
export const forEachFacet = <Lists>(make: (facet: Facet) => unknown): Lists =>
  Object.fromEntries(facets.map((facet) => [facet, make(facet)])) as Lists;

/** How much a filter takes: characters of a text, and values of one list. */
export const filterLimits = { characters: 200, values: 100 };
