import Link from 'next/link';
import type { ReactNode } from 'react';
import { formatAccuracy, formatAgo, formatDuration, formatMoment, formatPoints } from '@/lib/format.ts';
import { notInLog } from '@/lib/run/known-settings.ts';
import { phaseLabels } from '@/lib/run/phases.ts';
import { type RunSummary, secondsBetween } from '@/lib/run/run.ts';
import type { ColumnId, DrawnColumn, RunColumn } from '@/lib/runs/columns.ts';
import { runColour } from '@/lib/series/colours.ts';
import { RunStatusCell } from './run-status-cell.tsx';

/** Data that cells need in addition to their run. */
export interface CellContext {
  /** Unix ms; null until the page runs in the browser. */
  now: number | null;
  /** The run that others are compared with. */
  baseline: RunSummary | null;
  /** A run's name, with its seed or the end of its id if other rows have the same one. */
  nameOf: (run: RunSummary) => string;
  /** The best value of each metric among the runs comparable with this one; null if there are none. */
  bestFor: (run: RunSummary) => Record<FigureColumn, number | null> | null;
}

/** Columns in which one run can be better than another. */
export type FigureColumn = 'val' | 'test' | 'tta' | 'time';

type Cell = (run: RunSummary, context: CellContext) => ReactNode;

/** A run’s duration in seconds, or its duration so far. Excludes evaluation if the run has recorded timing. */
function secondsOf(run: RunSummary, now: number | null): number | null {
  if (run.timing) return run.timing.total;
  if (run.startedAt === null) return null;
  const until = run.finishedAt ?? (run.status === 'running' ? now : null);
  return until === null ? null : secondsBetween(run.startedAt, until);
}

function describeTiming({ timing }: RunSummary): string | undefined {
  if (!timing) return undefined;
  const format = (seconds: number | null) => (seconds === null ? '–' : formatDuration(seconds));
  const { feature_extract, top_train, end2end, evaluation, features_cached, frozen_cached } = timing;
  return [
    `${phaseLabels.features} ${format(feature_extract)}${features_cached ? ' (cached)' : ''}`,
    `${phaseLabels.head} ${format(top_train)}`,
    `${phaseLabels.finetune} ${format(end2end)}${frozen_cached ? ' (frozen part cached)' : ''}`,
    `${phaseLabels.evaluation} ${format(evaluation)} (not included)`,
  ].join('\n');
}

const none = <span className="text-faint">–</span>;

/** A figure, marked if it is the best, with its difference from the baseline. */
function compared(run: RunSummary, column: FigureColumn, value: number | null, text: string, context: CellContext) {
  if (value === null) return none;
  const isBest = context.bestFor(run)?.[column] === value;
  return (
    <>
      {isBest && (
        <span className="mr-1 text-good" title={`Best of the filtered runs tested on ${run.test?.name}`}>
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

/** The difference from the baseline. Empty for runs that were tested on other images. */
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
      title={column === 'time' ? 'Time relative to the baseline' : 'Percentage points relative to the baseline'}
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

/** Cells that need more than text. */
const cells: Record<DrawnColumn, Cell> & Partial<Record<ColumnId, Cell>> = {
  name: (run, { nameOf }) => (
    <span className="flex min-w-0 items-center gap-2">
      <span className="size-2.5 shrink-0 rounded-full" style={{ background: runColour(run) }} aria-hidden />
      <Link
        href={`/runs/${run.id}`}
        prefetch={false}
        className="truncate font-medium hover:text-accent hover:underline"
        title={nameOf(run)}
      >
        {nameOf(run)}
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
    return <span title={describeTiming(run)}>{compared(run, 'time', seconds, text, context)}</span>;
  },
  createdAt: ({ createdAt }, { now }) =>
    now === null ? '' : <time title={formatMoment(createdAt)}>{formatAgo(createdAt, now)}</time>,
};

/** The content of a run’s cell in a column. */
export const drawCell = ({ id, text }: RunColumn, run: RunSummary, context: CellContext): ReactNode =>
  cells[id]?.(run, context) ?? drawText(text?.(run) ?? null);

function drawText(text: string | null): ReactNode {
  if (!text?.includes(notInLog)) return text ?? none;
  // Two lines fit even into narrow columns.
  return (
    <span className="line-clamp-2 whitespace-normal text-[11px] text-faint leading-tight" title={text}>
      {text}
    </span>
  );
}

/** Additional column width for the difference from the baseline, in rem. */
export const differenceWidth = 3.5;
export const isCompared = (id: ColumnId): id is FigureColumn =>
  id === 'val' || id === 'test' || id === 'tta' || id === 'time';
