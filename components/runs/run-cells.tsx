import Link from 'next/link';
import type { ReactNode } from 'react';
import { formatAccuracy, formatAgo, formatDuration, formatMoment, formatPoints } from '@/lib/format.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { type RunSummary, secondsBetween } from '@/lib/run/run.ts';
import type { ColumnId, DrawnColumn, RunColumn } from '@/lib/runs/columns.ts';
import { runColour } from '@/lib/series/colours.ts';
import { RunStatusCell } from './run-status-cell.tsx';

/** What a cell may need besides its run. */
export interface CellContext {
  /** Milliseconds since 1970; null until the page runs in the browser. */
  now: number | null;
  /** The run that the others are compared with. */
  baseline: RunSummary | null;
  /** The best of each figure among the runs that compare with this one; null where none does. */
  bestFor: (run: RunSummary) => Record<FigureColumn, number | null> | null;
}

/** Columns in which one run can be better than another. */
export type FigureColumn = 'val' | 'test' | 'tta' | 'time';

type Cell = (run: RunSummary, context: CellContext) => ReactNode;

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
    `${phaseLabels.features.toLowerCase()} ${inWords(feature_extract)}${features_cached ? ' (kept from an earlier run)' : ''}`,
    `${phaseLabels.head.toLowerCase()} ${inWords(top_train)}`,
    `${phaseLabels.finetune.toLowerCase()} ${inWords(end2end)}${frozen_cached ? ' (its frozen part kept from an earlier run)' : ''}`,
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

/** Cells that are more than text. */
const cells: Record<DrawnColumn, Cell> & Partial<Record<ColumnId, Cell>> = {
  name: (run) => (
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
  status: (run) => <RunStatusCell run={run} />,
  tags: ({ config }) => <span className="block truncate">{config.tags.join(', ') || none}</span>,
  val: accuracy('val'),
  test: accuracy('test'),
  tta: accuracy('tta'),
  time: (run, context) => {
    const seconds = secondsOf(run, context.now);
    const text = seconds === null ? '' : formatDuration(seconds);
    return <span title={timingInWords(run)}>{compared(run, 'time', seconds, text, context)}</span>;
  },
  createdAt: ({ createdAt }, { now }) =>
    now === null ? '' : <time title={formatMoment(createdAt)}>{formatAgo(createdAt, now)}</time>,
};

/** What stands in a run's cell of a column. */
export const drawCell = ({ id, text }: RunColumn, run: RunSummary, context: CellContext): ReactNode =>
  cells[id]?.(run, context) ?? text?.(run) ?? none;

/** Rem that a difference to the baseline takes beside a figure. */
export const differenceWidth = 3.5;
export const isCompared = (id: ColumnId): id is FigureColumn =>
  id === 'val' || id === 'test' || id === 'tta' || id === 'time';
