import { fieldFacts, type TrainConfigField } from '@/lib/config/field-table.ts';
import { bareSetting, describeAugmentation } from '@/lib/run/known-settings.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import { trainedImages } from './run-settings.ts';

/** The columns of the runs table. Plain data without zod, so that a page need not load the schema. */

interface Appearance {
  /** In rem; the name column also takes the remaining width. */
  width: number;
  /** Right-aligned, so that digits line up. */
  isFigure?: true;
  /** Shown by default. */
  isInitial?: true;
  /** The header's tooltip; defaults to the full name. */
  help?: string;
}

/** A column for a config field, which determines header, text and sort order. */
interface FieldColumn extends Appearance {
  field: TrainConfigField;
  isUnsorted?: true;
}

interface OwnColumn extends Appearance {
  id: string;
  header: string;
  /** The full name, if the header is abbreviated. */
  title?: string;
  /**
   * Where the sort value is stored: a column of `runs`, or a key in a JSON column. Columns without it need an expression
   * in select-runs.ts.
   */
  stored?: string;
  /** The cell's text, null if empty. Columns without it are rendered by run-cells.tsx. */
  text?: (run: RunSummary) => string | null;
}

/** One entry per column, in display order. */
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
    text: (run) => describeAugmentation(run).join(' ') || null,
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
    text: trainedImages,
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
  // The engine that computed the run, not the requested one.
  { id: 'engine', header: 'Engine', width: 4.25, stored: 'engine', text: ({ engine }) => engine },
  {
    id: 'val',
    header: 'Val',
    title: 'Validation accuracy',
    help: 'Accuracy on the validation images; while training, that of the best epoch so far',
    width: 5.25,
    isFigure: true,
    isInitial: true,
    stored: 'valAccuracy',
  },
  {
    id: 'test',
    header: 'Test',
    title: 'Test accuracy',
    help: 'Accuracy on the test images without test-time augmentation',
    width: 5.25,
    isFigure: true,
    isInitial: true,
    stored: 'testAccuracy',
  },
  {
    id: 'tta',
    header: 'Test, TTA',
    help: 'Accuracy on the test images with test-time augmentation (mean of image and mirror image)',
    width: 5.25,
    isFigure: true,
    stored: 'metrics.test_tta',
  },
  {
    id: 'time',
    header: 'Time',
    title: 'Training time',
    help: 'Total time of features, head and fine-tuning',
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
/** Columns sorted by an expression, and columns rendered by a component. */
export type ExpressionColumn = IdWithout<Entry, { stored: string }>;
export type DrawnColumn = IdWithout<Entry, { text: unknown }>;

export interface RunColumn extends Appearance {
  id: ColumnId;
  header: string;
  /** The full name, if the header is abbreviated. */
  title: string | null;
  /** Null if the column is not sortable. */
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
    text: (run) => bareSetting(run, field),
  };
});

export const columnNamed = (id: ColumnId): RunColumn => columns.find((column) => column.id === id)!;

export const sortColumns = columns.flatMap(({ sortBy }) => sortBy ?? []) as [SortColumn, ...SortColumn[]];

/** The metrics of an epoch that can be plotted as curves. */
export const curveMetrics = ['val_accuracy', 'accuracy', 'val_loss', 'loss', 'learning_rate'] as const;
export type CurveMetric = (typeof curveMetrics)[number];

/** The maximum number of runs in one chart of curves. */
export const maxCurves = 100;

/** The number of rows fetched at a time. */
export const pageSize = 100;
