'use client';

import {
  flexRender,
  getCoreRowModel,
  getSortedRowModel,
  type Header,
  type Row,
  type RowSelectionState,
  type SortingState,
  useReactTable,
} from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type Dispatch, type SetStateAction, useState } from 'react';
import type { RunSummary } from '@/lib/run.ts';
import type { Token } from './figure.ts';
import { runColumns } from './runs-columns.tsx';
import { useNow } from './use-now.ts';

interface RunsTableProps {
  runs: RunSummary[];
  colours: Map<string, Token>;
  selection: RowSelectionState;
  onSelect: Dispatch<SetStateAction<RowSelectionState>>;
}

/** All runs. Where there is no room for columns, each row is a card that says the same in the same order. */
export function RunsTable({ runs, colours, selection, onSelect }: RunsTableProps) {
  const [sorting, setSorting] = useState<SortingState>([]);
  const isAnyRunning = runs.some((run) => run.status === 'running');
  const now = useNow(isAnyRunning ? 1000 : 30_000);
  const table = useReactTable({
    ...{ data: runs, columns: runColumns, getRowId: (run: RunSummary) => run.id },
    ...{ getCoreRowModel: getCoreRowModel(), getSortedRowModel: getSortedRowModel() },
    state: { sorting, rowSelection: selection },
    ...{ onSortingChange: setSorting, onRowSelectionChange: onSelect },
    meta: { colours, now },
  });
  return (
    // A row that is a grid is no table row to a screen reader unless its role says so.
    // biome-ignore-start lint/a11y/noRedundantRoles: see above
    <table role="table" className="w-full border-collapse max-lg:block">
      <caption className="sr-only">Runs, newest first unless sorted</caption>
      <thead role="rowgroup" className="max-lg:hidden">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id} role="row" className="border-line border-b text-left text-faint text-xs">
            <th scope="col" className="w-9 py-2 pl-4 font-normal">
              <span className="sr-only">Selected</span>
            </th>
            {group.headers.map((header) => (
              <ColumnHead key={header.id} header={header} />
            ))}
          </tr>
        ))}
      </thead>
      <tbody role="rowgroup" className="max-lg:block">
        {table.getRowModel().rows.map((row) => (
          <RunRow key={row.id} row={row} />
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: see above
  );
}

/** The head of a column sorts by it: first the one way, then the other, then newest first again. */
function ColumnHead({ header }: { header: Header<RunSummary, unknown> }) {
  const { column } = header;
  const sorted = column.getIsSorted();
  const { isFigure, help } = column.columnDef.meta ?? {};
  const Arrow = sorted === 'asc' ? ArrowUp : ArrowDown;
  return (
    <th
      scope="col"
      aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : 'none'}
      className={`px-1.5 py-1 font-normal last:pr-4 ${isFigure ? 'text-right' : ''}`}
    >
      <button
        type="button"
        onClick={column.getToggleSortingHandler()}
        title={help}
        className={`inline-flex items-center gap-1 rounded px-1 py-1 hover:text-ink ${isFigure ? '-mr-1 flex-row-reverse' : '-ml-1'} ${sorted ? 'text-ink' : ''}`}
      >
        {flexRender(column.columnDef.header, header.getContext())}
        <Arrow size={12} className={sorted ? '' : 'invisible'} aria-hidden />
      </button>
    </th>
  );
}

function RunRow({ row }: { row: Row<RunSummary> }) {
  const cells = row.getVisibleCells();
  return (
    <tr
      // biome-ignore lint/a11y/noRedundantRoles: a row that is a grid is no row to a screen reader unless it says so
      role="row"
      data-run-id={row.id}
      aria-selected={row.getIsSelected()}
      className="border-line border-b last:border-b-0 hover:bg-raised/60 aria-selected:bg-accent-soft/50 max-lg:grid max-lg:grid-cols-[1rem_repeat(3,minmax(0,1fr))] max-lg:gap-x-3 max-lg:gap-y-1 max-lg:px-4 max-lg:py-3"
    >
      <td className="py-2 pl-4 max-lg:py-0 max-lg:pl-0">
        <input
          type="checkbox"
          checked={row.getIsSelected()}
          onChange={row.getToggleSelectedHandler()}
          aria-label={`Select ${row.original.name}`}
          className="block size-4"
        />
      </td>
      {cells.map((cell) => {
        const { id, columnDef } = cell.column;
        return (
          <td
            key={cell.id}
            className={`px-1.5 py-2 last:pr-4 max-lg:p-0 ${columnDef.meta?.isFigure ? 'whitespace-nowrap lg:text-right' : ''} ${placeOnCard[id] ?? ''}`}
          >
            <span className={`text-faint text-xs lg:hidden ${id === 'name' || id === 'status' ? 'hidden' : 'block'}`}>
              {typeof columnDef.header === 'string' && columnDef.header}
            </span>
            {flexRender(columnDef.cell, cell.getContext())}
          </td>
        );
      })}
    </tr>
  );
}

/** A card's first line is the name, its second the status; figures follow, three to a line under the name. */
const placeOnCard: Record<string, string> = {
  name: 'max-w-56 max-lg:col-span-3 max-lg:max-w-none',
  status: 'max-lg:col-span-3 max-lg:col-start-2',
  n_unfreeze: 'max-lg:col-start-2',
  image_size: 'max-lg:col-start-2',
  val: 'max-lg:col-start-2',
  createdAt: 'max-lg:col-start-2',
};
