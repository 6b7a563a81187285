'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useMedia } from '@/components/ui/use-media.ts';
import type { RunSummary } from '@/lib/run/run.ts';
import type { RunColumn, SortColumn } from '@/lib/runs/columns.ts';
import { type CellContext, differenceWidth, drawCell, isCompared } from './run-cells.tsx';
import type { RunRows } from './use-run-rows.ts';

/** The row that the keyboard moved to. An object, so that moving to the same index again is a change. */
export interface ActiveRow {
  index: number;
}

interface RunsTableProps {
  rows: RunRows;
  columns: readonly RunColumn[];
  sort: { column: SortColumn; descending: boolean };
  onSort: (column: SortColumn) => void;
  isSelected: (id: string) => boolean;
  onToggle: (id: string) => void;
  /** Null until the keyboard is used. */
  active: ActiveRow | null;
  context: CellContext;
}

/** Rows that are rendered beyond the visible ones, so that none is missing while scrolling. */
const overscan = 24;
const rowHeight = 37;
const cardHeight = 148;

/** The table of runs, virtualized. On narrow screens each row is a card with the same content in the same order. */
export function RunsTable({ rows, columns, sort, onSort, isSelected, onToggle, active, context }: RunsTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const isWide = useMedia('(min-width: 64rem)');
  const virtual = useVirtualizer({
    count: rows.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isWide ? rowHeight : cardHeight),
    overscan: isWide ? overscan : overscan / 4,
    scrollPaddingStart: isWide ? 36 : 0,
    // Used for the first render, before the browser has measured.
    initialRect: { width: 1000, height: 800 },
    getItemKey: (index) => rows.rowAt(index)?.id ?? index,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => rows.setVisibleRange(first, last), [rows.setVisibleRange, first, last]);
  useActiveRow(scroller, active, virtual.scrollToIndex);
  // Row heights differ between the two layouts.
  useEffect(() => virtual.measure(), [isWide]);

  const widths = columns.map(({ id, width }) => width + (context.baseline && isCompared(id) ? differenceWidth : 0));
  const template = [
    '2.25rem',
    ...columns.map(({ id }, index) => (id === 'name' ? 'minmax(11rem, 1fr)' : `${widths[index]}rem`)),
  ];
  const style = { gridTemplateColumns: template.join(' '), minWidth: `${widths.reduce((a, b) => a + b, 3)}rem` };
  return (
    <div ref={scroller} className="max-h-[calc(100dvh-8.5rem)] overflow-auto max-[1400px]:max-h-[75dvh]" data-scroller>
      {/* Screen readers do not recognise rows with `display: grid` without explicit roles. */}
      {/* biome-ignore-start lint/a11y/noRedundantRoles: see above */}
      <table
        role="table"
        aria-label="Runs"
        aria-rowcount={rows.total + 1}
        className="block w-full lg:w-max lg:min-w-full"
      >
        <thead role="rowgroup" className="sticky top-0 z-10 block border-line border-b bg-panel max-lg:hidden">
          <tr role="row" aria-rowindex={1} className="grid items-center pr-4 text-faint text-xs" style={style}>
            <th scope="col" className="font-normal">
              <span className="sr-only">Selected</span>
            </th>
            {columns.map((column) => (
              <ColumnHead key={column.id} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="relative block" style={{ height: virtual.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const run = rows.rowAt(index);
            return (
              <tr
                key={key}
                ref={virtual.measureElement}
                role="row"
                tabIndex={-1}
                data-index={index}
                data-run-id={run?.id}
                aria-rowindex={index + 2}
                aria-selected={run !== undefined && isSelected(run.id)}
                className={rowClass}
                style={{ transform: `translateY(${start}px)`, ...(isWide && style) }}
              >
                {run ? (
                  <RowCells
                    run={run}
                    columns={columns}
                    context={context}
                    isSelected={isSelected(run.id)}
                    onToggle={onToggle}
                  />
                ) : (
                  <td className="col-span-full m-2 h-4 animate-pulse rounded bg-raised">
                    <span className="sr-only">Loading</span>
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {/* biome-ignore-end lint/a11y/noRedundantRoles: see above */}
    </div>
  );
}

const rowClass =
  'absolute inset-x-0 top-0 grid items-center border-line border-b hover:bg-raised/60 aria-selected:bg-accent-soft/50 focus:outline-none focus-visible:bg-raised focus-visible:shadow-[inset_3px_0_0_var(--accent)] lg:h-[37px] lg:pr-4 max-lg:grid-cols-[1rem_repeat(3,minmax(0,1fr))] max-lg:gap-x-3 max-lg:gap-y-1 max-lg:px-4 max-lg:py-3';

interface RowCellsProps {
  run: RunSummary;
  columns: readonly RunColumn[];
  context: CellContext;
  isSelected: boolean;
  onToggle: (id: string) => void;
}

function RowCells({ run, columns, context, isSelected, onToggle }: RowCellsProps) {
  return (
    <>
      <td className="lg:pl-4">
        <input
          type="checkbox"
          checked={isSelected}
          onChange={() => onToggle(run.id)}
          aria-label={`Select ${run.name}`}
          className="block size-4"
        />
      </td>
      {columns.map((column) => (
        <td
          key={column.id}
          className={`min-w-0 px-1.5 max-lg:p-0 ${column.isFigure ? 'whitespace-nowrap lg:text-right' : ''} ${placeOnCard[column.id] ?? ''}`}
        >
          <span
            className={`text-faint text-xs lg:hidden ${column.id === 'name' || column.id === 'status' ? 'hidden' : 'block'}`}
            aria-hidden
          >
            {column.header}
          </span>
          {drawCell(column, run, context)}
        </td>
      ))}
    </>
  );
}

/** Grid positions on a card: name, status, then figures in rows of three. */
const placeOnCard: Partial<Record<RunColumn['id'], string>> = {
  name: 'max-lg:col-span-3',
  status: 'max-lg:col-span-3 max-lg:col-start-2',
  n_unfreeze: 'max-lg:col-start-2',
  image_size: 'max-lg:col-start-2',
  val: 'max-lg:col-start-2',
  createdAt: 'max-lg:col-start-2',
};

interface ColumnHeadProps extends Pick<RunsTableProps, 'sort' | 'onSort'> {
  column: RunColumn;
}

function ColumnHead({ column: { header, title, help, isFigure, sortBy }, sort, onSort }: ColumnHeadProps) {
  const isSorted = sort.column === sortBy;
  const Arrow = sort.descending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sort.descending ? 'descending' : 'ascending') : 'none'}
      className={`px-1.5 py-1 font-normal ${isFigure ? '' : 'text-left'} ${isFigure ? 'text-right' : ''}`}
    >
      {sortBy === null ? (
        header
      ) : (
        <button
          type="button"
          onClick={() => onSort(sortBy)}
          title={help ?? title ?? undefined}
          className={`inline-flex items-center gap-1 rounded px-1 py-1 hover:text-ink ${isFigure ? '-mr-1 flex-row-reverse' : '-ml-1'} ${isSorted ? 'text-ink' : ''}`}
        >
          {header}
          {isSorted && <Arrow size={12} aria-hidden />}
        </button>
      )}
    </th>
  );
}

/** Scrolls to the row that the keyboard moved to and focuses it. */
function useActiveRow(
  scroller: RefObject<HTMLElement | null>,
  active: ActiveRow | null,
  scrollTo: (index: number) => void,
) {
  const scroll = useRef(scrollTo);
  scroll.current = scrollTo;
  // A layout effect, so that the row has focus before the next key press.
  useLayoutEffect(() => {
    if (active === null) return;
    scroll.current(active.index);
    const row = () => scroller.current?.querySelector<HTMLElement>(`[data-index="${active.index}"]`);
    const focus = () => row()?.focus({ preventScroll: true });
    if (row()) return focus();
    // A row outside the rendered range is rendered in the next frame.
    const frame = requestAnimationFrame(focus);
    return () => cancelAnimationFrame(frame);
  }, [scroller, active]);
}
