import { createColumnHelper, type RowData } from '@tanstack/react-table';
import Link from 'next/link';
import { formatAccuracy, formatAgo, formatCount, formatDuration, formatMoment, formatRate } from '@/lib/format.ts';
import type { RunSummary } from '@/lib/run.ts';
import type { Token } from './figure.ts';
import { augmentationWords, trainedImages } from './run-settings.ts';
import { RunStatusCell } from './run-status-cell.tsx';

declare module '@tanstack/react-table' {
  // biome-ignore-start lint/correctness/noUnusedVariables: an interface is merged only under the same parameters
  interface TableMeta<TData extends RowData> {
    colours: Map<string, Token>;
    /** Null before the browser's first pass. */
    now: number | null;
  }
  interface ColumnMeta<TData extends RowData, TValue> {
    /** Figures stand flush right, so that their digits line up. */
    isFigure?: boolean;
    /** Said on hover over the head. */
    help?: string;
  }
  // biome-ignore-end lint/correctness/noUnusedVariables: see above
}

const column = createColumnHelper<RunSummary>();

/** Seconds that a run took, or has taken so far. The log's own sum counts where there is one; evaluation stands apart. */
function secondsOf(run: RunSummary, now: number | null): number | null {
  if (run.timing) return run.timing.total;
  if (run.startedAt === null) return null;
  const until = run.finishedAt ?? (run.status === 'running' ? now : null);
  return until === null ? null : Math.max(0, until - run.startedAt) / 1000;
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

/** What the table says of a run, in the order in which a card says it too. */
export const runColumns = [
  column.accessor('name', {
    header: 'Name',
    cell: ({ row: { original: run }, table }) => (
      <span className="flex min-w-0 items-center gap-2">
        <span
          className="size-2.5 shrink-0 rounded-full"
          style={{ background: table.options.meta?.colours.get(run.id) }}
          aria-hidden
        />
        <Link
          href={`/runs/${run.id}`}
          className="truncate font-medium hover:text-accent hover:underline"
          title={run.name}
        >
          {run.name}
        </Link>
      </span>
    ),
  }),
  column.accessor('status', { header: 'Status', cell: ({ row }) => <RunStatusCell run={row.original} /> }),
  column.accessor(({ config }) => config.n_unfreeze, {
    id: 'n_unfreeze',
    header: 'N',
    meta: { isFigure: true, help: 'Unfreeze: layers at the end of the network that stage 2 trains' },
  }),
  column.accessor(({ config }) => augmentationWords(config).join(' '), {
    id: 'augment',
    header: 'Augment',
    cell: ({ getValue }) => getValue() || <span className="text-faint">–</span>,
  }),
  column.accessor(({ config }) => config.lr_stage2, {
    id: 'lr_stage2',
    header: 'lr2',
    cell: ({ getValue }) => formatRate(getValue()),
    meta: { isFigure: true, help: 'Learning rate of stage 2' },
  }),
  column.accessor(({ config }) => config.image_size, {
    id: 'image_size',
    header: 'px',
    meta: { isFigure: true, help: 'Image size: pixels a side' },
  }),
  column.accessor(({ config }) => trainedImages(config), {
    id: 'images',
    header: 'Images',
    cell: ({ getValue }) => formatCount(getValue()),
    meta: { isFigure: true, help: 'Training images' },
  }),
  column.accessor((run) => run.engine ?? undefined, {
    id: 'engine',
    header: 'Engine',
    cell: ({ getValue }) => getValue() ?? <span className="text-faint">–</span>,
    sortUndefined: 'last',
  }),
  column.accessor((run) => run.valAccuracy ?? undefined, {
    id: 'val',
    header: 'Val',
    cell: ({ getValue }) => formatAccuracy(getValue()),
    sortUndefined: 'last',
    meta: { isFigure: true, help: 'Accuracy on the validation images; until the end the best epoch’s so far' },
  }),
  column.accessor((run) => run.metrics?.test_end2end, {
    id: 'test',
    header: 'Test',
    cell: ({ getValue, row: { original: run } }) => (
      <span
        title={
          run.metrics && run.test ? `${run.test.name}; with TTA ${formatAccuracy(run.metrics.test_tta)}` : undefined
        }
      >
        {formatAccuracy(getValue())}
      </span>
    ),
    sortUndefined: 'last',
    meta: { isFigure: true, help: 'Accuracy on the test images, plain' },
  }),
  column.accessor((run) => secondsOf(run, run.finishedAt) ?? undefined, {
    id: 'time',
    header: 'Time',
    cell: ({ row: { original: run }, table }) => {
      const seconds = secondsOf(run, table.options.meta?.now ?? null);
      return <span title={timingInWords(run)}>{seconds === null ? '–' : formatDuration(seconds)}</span>;
    },
    sortUndefined: 'last',
    meta: { isFigure: true, help: 'Features, head and fine-tuning together' },
  }),
  column.accessor('createdAt', {
    header: 'Created',
    cell: ({ getValue, table }) => {
      const now = table.options.meta?.now ?? null;
      return now === null ? '' : <time title={formatMoment(getValue())}>{formatAgo(getValue(), now)}</time>;
    },
    meta: { isFigure: true },
  }),
];
