import type { TrainConfigField } from '@/lib/config/train-config.ts';

/** The names by which a list of runs is filtered, sorted and drawn; plain lists, so that a page needs no schema for them. */

/** What runs can be filtered by, in the order in which it is offered. */
export const facets = ['n_unfreeze', 'optimizer', 'augmentation', 'engine', 'dataset', 'tag', 'status'] as const;
export type Facet = (typeof facets)[number];

/** How much a filter takes: characters of a text, and values of one list. */
export const filterLimits = { characters: 200, values: 100 };

/** Fields of the config that have a column of their own. */
const configColumns = [
  'n_unfreeze',
  'optimizer',
  'lr_stage1',
  'lr_stage2',
  'batch_size',
  'image_size',
  'epochs_stage1',
  'epochs_stage2',
  'weight_decay',
  'label_smoothing',
  'dropout',
  'seed',
  'dataset',
] as const satisfies TrainConfigField[];

export const sortColumns = [
  'name',
  'status',
  'augmentation',
  'images',
  'engine',
  'val',
  'test',
  'tta',
  'time',
  'createdAt',
  ...configColumns,
] as const;
export type SortColumn = (typeof sortColumns)[number];

/** Figures of an epoch that curves are drawn of. */
export const curveMetrics = ['val_accuracy', 'accuracy', 'val_loss', 'loss', 'learning_rate'] as const;
export type CurveMetric = (typeof curveMetrics)[number];

/** As many runs as one chart of curves takes. */
export const mostCurves = 100;

/** Rows that are fetched at a time. */
export const pageSize = 100;
