import { augmentationWords } from '@/lib/config/augmentations.ts';
import { bareValue } from '@/lib/config/describe-value.ts';
import { fieldFacts, type TrainConfigField } from '@/lib/config/field-table.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { trainedImages } from './run-settings.ts';

/** The columns of the table of runs. Plain data, so that a page needs no schema for them. */

interface Appearance {
  /** In rem; the name takes what is left. */
  width: number;
  /** Figures stand flush right, so that their digits line up. */
  isFigure?: true;
  /** Shown until someone chooses columns. */
  isInitial?: true;
  /** Shown on hover over the head; the full name where left out. */
  help?: string;
}

/** A field of the config: head, text and order follow from it. */
interface FieldColumn extends Appearance {
  field: TrainConfigField;
  isUnsorted?: true;
}

interface OwnColumn extends Appearance {
  id: string;
  header: string;
  /** In full, where the head is short. */
  title?: string;
  /**
   * Where the database has what it sorts by: a column of `runs`, or a key of one that holds JSON. What has none needs an
   * expression in select-runs.ts.
   */
  stored?: string;
  /** A cell's text; null where there is nothing to say. What has none is drawn in run-cells.tsx. */
  text?: (run: RunSummary) => string | null;
}

/** An entry for each column, in the order in which they stand. */
const entries = [
  { id: 'name', header: 'Name', width: 11, isInitial: true },
  { id: 'status', header: 'Status', width: 10.5, isInitial: true, stored: 'status' },
  {
    field: 'n_unfreeze',
    width: 2.75,
    isFigure: true,
    isInitial: true,
    help: 'Layers to unfreeze: how many layers at the end of the network stage 2 trains',
  },
  {
    id: 'augmentation',
    header: 'Augment',
    width: 5,
    isInitial: true,
    stored: 'augmentation',
    text: ({ config }) => augmentationWords(config).join(' ') || null,
  },
  { field: 'lr_stage2', width: 3.75, isFigure: true, isInitial: true },
  { field: 'image_size', width: 3, isFigure: true, isInitial: true },
  {
    id: 'images',
    header: 'Images',
    title: 'Training images',
    width: 4.25,
    isFigure: true,
    isInitial: true,
    text: ({ config }) => trainedImages(config),
  },
  { field: 'optimizer', width: 5.5 },
  { field: 'lr_stage1', width: 3.75, isFigure: true },
  { field: 'batch_size', width: 3.75, isFigure: true },
  { field: 'epochs_stage1', width: 3.75, isFigure: true },
  { field: 'epochs_stage2', width: 3.75, isFigure: true },
  { field: 'weight_decay', width: 4, isFigure: true },
  { field: 'label_smoothing', width: 5.5, isFigure: true },
  { field: 'dropout', width: 4.75, isFigure: true },
  { field: 'seed', width: 4, isFigure: true },
  { field: 'dataset', width: 6 },
  { field: 'tags', width: 8, isUnsorted: true },
  // The one that computed the run, not the one that was asked for.
  { id: 'engine', header: 'Engine', width: 4.25, stored: 'engine', text: ({ engine }) => engine },
  {
    id: 'val',
    header: 'Val',
    title: 'Validation accuracy',
    help: 'Accuracy on the validation images; until the end the best epoch’s so far',
    width: 5.25,
    isFigure: true,
    isInitial: true,
    stored: 'valAccuracy',
  },
  {
    id: 'test',
    header: 'Test',
    title: 'Test accuracy',
    help: 'Accuracy on the test images, plain',
    width: 5.25,
    isFigure: true,
    isInitial: true,
    stored: 'testAccuracy',
  },
  {
    id: 'tta',
    header: 'Test, TTA',
    help: 'Accuracy on the test images with test-time augmentation: the mean of image and mirror image',
    width: 5.25,
    isFigure: true,
    stored: 'metrics.test_tta',
  },
  {
    id: 'time',
    header: 'Time',
    title: 'Training time',
    help: 'Features, head and fine-tuning together',
    width: 6.25,
    isFigure: true,
    isInitial: true,
    stored: 'seconds',
  },
  { id: 'createdAt', header: 'Created', width: 5.25, isFigure: true, isInitial: true, stored: 'createdAt' },
] as const satisfies readonly (FieldColumn | OwnColumn)[];

type Entry = (typeof entries)[number];
type IdOf<E> = E extends { field: infer Field } ? Field : E extends { id: infer Id } ? Id : never;
type StoredOf<E> = E extends { stored: infer Stored }
  ? Stored
  : E extends { field: infer Field extends string }
    ? `config.${Field}`
    : never;
type IdWithout<E, Property> = E extends { id: infer Id } ? (E extends Property ? never : Id) : never;

export type ColumnId = IdOf<Entry>;
export type SortColumn = Exclude<ColumnId, IdOf<Extract<Entry, { isUnsorted: true }>>>;
/** Columns whose order is an expression, and those whose cells are drawn. */
export type ExpressionColumn = IdWithout<Entry, { stored: string }>;
export type DrawnColumn = IdWithout<Entry, { text: unknown }>;

export interface RunColumn extends Appearance {
  id: ColumnId;
  header: string;
  /** The full name where the head is an abbreviation. */
  title: string | null;
  /** What to sort by; null where a column has no order. */
  sortBy: SortColumn | null;
  stored: StoredOf<Entry> | null;
  text: ((run: RunSummary) => string | null) | null;
}

/** Every column, in order. */
export const columns: readonly RunColumn[] = entries.map((entry: FieldColumn | OwnColumn): RunColumn => {
  const { width, isFigure, isInitial, help } = entry;
  const appearance = { width, isFigure, isInitial, help };
  if ('id' in entry) {
    const id = entry.id as SortColumn;
    const stored = (entry.stored ?? null) as RunColumn['stored'];
    return {
      ...appearance,
      id,
      header: entry.header,
      title: entry.title ?? null,
      sortBy: id,
      stored,
      text: entry.text ?? null,
    };
  }
  const { field, isUnsorted } = entry;
  const { label, short } = fieldFacts(field);
  return {
    ...appearance,
    id: field as ColumnId,
    header: short ?? label,
    title: short ? label : null,
    sortBy: isUnsorted ? null : (field as SortColumn),
    stored: `config.${field}` as RunColumn['stored'],
    text: ({ config }) => bareValue(field, config[field]),
  };
});

export const columnNamed = (id: ColumnId): RunColumn => columns.find((column) => column.id === id)!;

export const sortColumns = columns.flatMap(({ sortBy }) => sortBy ?? []) as [SortColumn, ...SortColumn[]];

/** Figures of an epoch that curves are drawn of. */
export const curveMetrics = ['val_accuracy', 'accuracy', 'val_loss', 'loss', 'learning_rate'] as const;
export type CurveMetric = (typeof curveMetrics)[number];

/** As many runs as one chart of curves takes. */
export const maxCurves = 100;

/** Rows that are fetched at a time. */
export const pageSize = 100;
