import Link from 'next/link';
import type { ReactNode } from 'react';
import { augmentationWords } from '@/lib/config/augmentations.ts';
import { formatAccuracy, formatAgo, formatDuration, formatMoment, formatPoints, formatRate } from '@/lib/format.ts';
import { type RunSummary, secondsBetween } from '@/lib/run/run.ts';
import type { SortColumn } from '@/lib/runs/columns.ts';
import { runColour } from '@/lib/series/colours.ts';
import { trainedImages } from './run-settings.ts';
import { RunStatusCell } from './run-status-cell.tsx';

/** What a cell may need besides its run. */
export interface CellContext {
  /** Null before the browser's first pass. */
  now: number | null;
  /** What the others are compared with. */
  baseline: RunSummary | null;
  /** The best of each figure among the runs that compare with this one; null where nothing does. */
  bestFor: (run: RunSummary) => Record<FigureColumn, number | null> | null;
}

/** Columns in which one run can be better than another. */
export type FigureColumn = 'val' | 'test' | 'tta' | 'time';

export interface RunColumn {
  id: SortColumn | 'tags';
  header: string;
  /** Said on hover over the head. */
  help?: string;
  /** Figures stand flush right, so that their digits line up. */
  isFigure?: boolean;
  /** In rem; the name takes what is left. */
  width: number;
  cell: (run: RunSummary, context: CellContext) => ReactNode;
}

/** Seconds that a run took, or has taken so far. The log's own sum counts where there is one; evaluation stands apart. */
function secondsOf(run: RunSummary, now: number | null): number | null {
  if (run.timing) return run.timing.total;
  if (run.startedAt === null) return null;
  const until = run.finishedAt ?? (run.status === 'running' ? now : null);
  return until === null ? null : secondsBetween(run.startedAt, until);
}

function timingInWords({ timing }: RunSummary): string | undefined {
  if (!timing) return undefined;
  const inWords = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds));
  const { feature_extract, top_train, end2end, evaluation, features_cached, frozen_cached } = timing;
  return [
    `features ${inWords(feature_extract)}${features_cached ? ' (kept from an earlier run)' : ''}`,
    `head ${inWords(top_train)}`,
    `fine-tuning ${inWords(end2end)}${frozen_cached ? ' (its frozen part kept from an earlier run)' : ''}`,
    `besides: evaluation ${inWords(evaluation)}`,
  ].join('\n');
}

const none = <span className="text-faint">–</span>;

/** A figure with what it says beside others: whether it is the best, and how far it is from the baseline's. */
function compared(run: RunSummary, column: FigureColumn, value: number | null, text: string, context: CellContext) {
  if (value === null) return none;
  const isBest = context.bestFor(run)?.[column] === value;
  return (
    <>
      {isBest && (
        <span className="mr-1 text-good" title={`The best of the runs shown that were tested on ${run.test?.name}`}>
          ★<span className="sr-only"> best: </span>
        </span>
      )}
      <span className={isBest ? 'font-semibold' : ''}>{text}</span>
      <Difference run={run} column={column} value={value} baseline={context.baseline} />
    </>
  );
}

interface DifferenceProps {
  run: RunSummary;
  column: FigureColumn;
  value: number;
  baseline: RunSummary | null;
}

/** Only between runs that were tested on the same images. */
function Difference({ run, column, value, baseline }: DifferenceProps) {
  if (!baseline) return null;
  if (baseline.id === run.id) return <span className="ml-1.5 inline-block w-12 text-faint text-xs">baseline</span>;
  const other = figureOf(baseline, column);
  if (other === null || baseline.test?.hash !== run.test?.hash) return <span className="ml-1.5 inline-block w-12" />;
  const difference = value - other;
  const isBetter = column === 'time' ? difference < 0 : difference > 0;
  const text =
    column === 'time'
      ? `${difference < 0 ? '−' : '+'}${Math.abs((difference / other) * 100).toFixed(0)}\u00a0%`
      : formatPoints(difference);
  const colour = difference === 0 ? 'text-faint' : isBetter ? 'text-good' : 'text-bad';
  return (
    <span
      className={`ml-1.5 inline-block w-12 text-xs ${colour}`}
      title={column === 'time' ? 'longer or shorter than the baseline' : 'points to the baseline'}
    >
      {text}
    </span>
  );
}

function figureOf(run: RunSummary, column: FigureColumn): number | null {
  switch (column) {
    case 'val':
      return run.valAccuracy;
    case 'test':
      return run.metrics?.test_end2end ?? null;
    case 'tta':
      return run.metrics?.test_tta ?? null;
    case 'time':
      return run.timing?.total ?? null;
  }
}

const accuracy =
  (column: 'val' | 'test' | 'tta') =>
  (run: RunSummary, context: CellContext): ReactNode => {
    const value = figureOf(run, column);
    return compared(run, column, value, formatAccuracy(value), context);
  };

type Config = RunSummary['config'];
const number =
  (field: { [K in keyof Config]: Config[K] extends number ? K : never }[keyof Config]) =>
  ({ config }: RunSummary): ReactNode =>
    config[field];
const rate =
  (field: 'lr_stage1' | 'lr_stage2' | 'weight_decay' | 'label_smoothing' | 'dropout') =>
  ({ config }: RunSummary): ReactNode =>
    formatRate(config[field]);

/** Every column there is, in the order in which a card says them too. */
export const runColumns: readonly RunColumn[] = [
  {
    id: 'name',
    header: 'Name',
    width: 11,
    cell: (run) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="size-2.5 shrink-0 rounded-full" style={{ background: runColour(run) }} aria-hidden />
        <Link
          href={`/runs/${run.id}`}
          prefetch={false}
          className="truncate font-medium hover:text-accent hover:underline"
          title={run.name}
        >
          {run.name}
        </Link>
      </span>
    ),
  },
  { id: 'status', header: 'Status', width: 10.5, cell: (run) => <RunStatusCell run={run} /> },
  {
    id: 'n_unfreeze',
    header: 'N',
    width: 2.75,
    isFigure: true,
    cell: number('n_unfreeze'),
    help: 'Unfreeze: layers at the end of the network that stage 2 trains',
  },
  {
    id: 'augmentation',
    header: 'Augment',
    width: 5,
    cell: ({ config }) => augmentationWords(config).join(' ') || none,
  },
  {
    id: 'lr_stage2',
    header: 'lr2',
    width: 3.75,
    isFigure: true,
    cell: rate('lr_stage2'),
    help: 'Learning rate of stage 2',
  },
  {
    id: 'image_size',
    header: 'px',
    width: 3,
    isFigure: true,
    cell: number('image_size'),
    help: 'Image size: pixels a side',
  },
  {
    id: 'images',
    header: 'Images',
    width: 4.25,
    isFigure: true,
    help: 'Training images',
    cell: ({ config }) => trainedImages(config) ?? none,
  },
  { id: 'optimizer', header: 'Optimizer', width: 5.5, cell: ({ config }) => config.optimizer },
  {
    id: 'lr_stage1',
    header: 'lr1',
    width: 3.75,
    isFigure: true,
    cell: rate('lr_stage1'),
    help: 'Learning rate of stage 1',
  },
  {
    id: 'batch_size',
    header: 'Batch',
    width: 3.75,
    isFigure: true,
    cell: number('batch_size'),
    help: 'Images in one training step',
  },
  {
    id: 'epochs_stage1',
    header: 'Ep. 1',
    width: 3.75,
    isFigure: true,
    cell: number('epochs_stage1'),
    help: 'Epochs of stage 1 at most',
  },
  {
    id: 'epochs_stage2',
    header: 'Ep. 2',
    width: 3.75,
    isFigure: true,
    cell: number('epochs_stage2'),
    help: 'Epochs of stage 2 at most',
  },
  {
    id: 'weight_decay',
    header: 'Decay',
    width: 4,
    isFigure: true,
    cell: rate('weight_decay'),
    help: 'Weight decay of stage 2',
  },
  {
    id: 'label_smoothing',
    header: 'Smoothing',
    width: 5.5,
    isFigure: true,
    cell: rate('label_smoothing'),
    help: 'Label smoothing',
  },
  { id: 'dropout', header: 'Dropout', width: 4.75, isFigure: true, cell: rate('dropout') },
  { id: 'seed', header: 'Seed', width: 4, isFigure: true, cell: number('seed') },
  { id: 'dataset', header: 'Dataset', width: 6, cell: ({ config }) => config.dataset },
  {
    id: 'tags',
    header: 'Tags',
    width: 8,
    cell: ({ config }) => <span className="block truncate">{config.tags.join(', ') || none}</span>,
  },
  { id: 'engine', header: 'Engine', width: 4.25, cell: (run) => run.engine ?? none },
  {
    id: 'val',
    header: 'Val',
    width: 5.25,
    isFigure: true,
    cell: accuracy('val'),
    help: 'Accuracy on the validation images; until the end the best epoch’s so far',
  },
  {
    id: 'test',
    header: 'Test',
    width: 5.25,
    isFigure: true,
    cell: accuracy('test'),
    help: 'Accuracy on the test images, plain',
  },
  {
    id: 'tta',
    header: 'Test, TTA',
    width: 5.25,
    isFigure: true,
    cell: accuracy('tta'),
    help: 'Accuracy on the test images with test-time augmentation: the mean of image and mirror image',
  },
  {
    id: 'time',
    header: 'Time',
    width: 6.25,
    isFigure: true,
    help: 'Features, head and fine-tuning together',
    cell: (run, context) => {
      const seconds = secondsOf(run, context.now);
      const text = seconds === null ? '' : formatDuration(seconds);
      return <span title={timingInWords(run)}>{compared(run, 'time', seconds, text, context)}</span>;
    },
  },
  {
    id: 'createdAt',
    header: 'Created',
    width: 5.25,
    isFigure: true,
    cell: ({ createdAt }, { now }) =>
      now === null ? '' : <time title={formatMoment(createdAt)}>{formatAgo(createdAt, now)}</time>,
  },
];

/** Shown until someone chooses. */
export const initialColumns: readonly RunColumn['id'][] = [
  'name',
  'status',
  'n_unfreeze',
  'augmentation',
  'lr_stage2',
  'image_size',
  'images',
  'val',
  'test',
  'time',
  'createdAt',
];

/** Rem that a difference to the baseline takes beside a figure. */
export const differenceWidth = 3.5;
export const isCompared = (id: RunColumn['id']): boolean =>
  id === 'val' || id === 'test' || id === 'tta' || id === 'time';
