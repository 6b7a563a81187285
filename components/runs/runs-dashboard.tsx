'use client';

import dynamic from 'next/dynamic';
import { useEffect, useRef, useState } from 'react';
import { loadPlotly } from '@/components/charts/plot-library.ts';
import { ConnectionNote } from '@/components/live/connection-note.tsx';
import { WhenNear } from '@/components/ui/when-near.tsx';
import { formatCount } from '@/lib/format.ts';
import { columnNamed, type SortColumn } from '@/lib/runs/columns.ts';
import { RunsTable } from './runs-table.tsx';
import { RunsToolbar } from './runs-toolbar.tsx';
import { clearedFilters, type queryOf, type RunsState } from './runs-url.ts';
import { useCellContext } from './use-cell-context.ts';
import type { RunRows } from './use-run-rows.ts';
import { useRunsShortcuts } from './use-runs-shortcuts.ts';
import type { SetRunsState } from './use-runs-state.ts';
import { useShownColumns } from './use-shown-columns.ts';

// Below the fold, or rarely used.
const RunsSelection = dynamic(() => import('./runs-selection.tsx').then((module) => module.RunsSelection), {
  // Without a fallback, the page and its keyboard shortcuts would wait for this code.
  loading: () => null,
});
const ShortcutsHelp = dynamic(() =>
  import('@/components/ui/shortcuts-help.tsx').then((module) => module.ShortcutsHelp),
);
const RunsExamples = dynamic(() => import('./runs-examples.tsx').then((module) => module.RunsExamples));
const DiskUse = dynamic(() => import('./disk-use.tsx').then((module) => module.DiskUse));
const RunsCharts = dynamic(() => {
  void loadPlotly();
  return import('./runs-charts.tsx').then((module) => module.RunsCharts);
});

interface RunsDashboardProps {
  state: RunsState;
  setState: SetRunsState;
  query: ReturnType<typeof queryOf>;
  rows: RunRows;
  connected: boolean;
  importFiles: (files: readonly File[]) => Promise<void>;
}

/** The table of runs, and charts of what it shows. */
export function RunsDashboard({ state, setState, query, rows, connected, importFiles }: RunsDashboardProps) {
  const columns = useShownColumns();
  const search = useRef<HTMLInputElement>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  // Stays mounted once shown, since it reports the outcome of deletions. Set in an effect, so that a row is marked as selected before this code has loaded.
  const [wasUsed, setWasUsed] = useState(false);
  const isUsed = state.selected.length > 0 || state.baseline !== '';
  useEffect(() => {
    if (isUsed) setWasUsed(true);
  }, [isUsed]);
  const openHelp = () => setHelpOpen(true);
  const context = useCellContext(state, query, rows);
  const selected = new Set(state.selected);
  const toggle = (id: string) => {
    if (selected.has(id)) selected.delete(id);
    else selected.add(id);
    void setState({ selected: [...selected] });
  };
  const { shortcuts, active } = useRunsShortcuts({ state, setState, rows, toggle, search, openHelp });
  const sort = { column: state.sort, descending: state.order === 'desc' };
  return (
    <>
      <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-2 pb-2">
        <h1 className="font-semibold text-[15px]">Runs</h1>
        <span className="text-faint">{formatCount(rows.total)}</span>
        <ConnectionNote connected={connected} />
        {rows.problem && (
          <p role="alert" className="text-bad">
            {rows.problem}
          </p>
        )}
        {wasUsed && (
          <RunsSelection
            selected={state.selected}
            onSelect={(ids) => void setState({ selected: ids })}
            nameOf={(id) => rows.loaded.find((run) => run.id === id)?.name ?? id}
            baseline={context.baseline?.name ?? null}
            onBaseline={(id) => void setState({ baseline: id })}
          />
        )}
      </div>
      <RunsToolbar
        state={state}
        setState={setState}
        total={rows.total}
        columns={columns}
        search={search}
        importFiles={importFiles}
        openHelp={openHelp}
      />
      <div className="grid items-start gap-4 min-[1400px]:grid-cols-[minmax(0,1fr)_21rem] 2xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="card min-w-0 overflow-hidden min-[1400px]:sticky min-[1400px]:top-15">
          {rows.total === 0 ? (
            <p className="px-4 py-12 text-center text-faint">
              No matching runs.{' '}
              <button
                type="button"
                className="text-accent hover:underline"
                onClick={() => void setState(clearedFilters)}
              >
                Clear filters
              </button>
              .
            </p>
          ) : (
            <RunsTable
              rows={rows}
              sort={sort}
              active={active}
              context={context}
              columns={columns.shown}
              onSort={(column) => void setState(nextSort(sort, column))}
              isSelected={(id) => selected.has(id)}
              onToggle={toggle}
            />
          )}
        </div>
        <WhenNear className="min-h-screen min-w-0">
          <RunsCharts query={query} state={state} setState={setState} />
        </WhenNear>
      </div>
      <WhenNear className="min-h-40">
        <RunsExamples />
        <DiskUse />
      </WhenNear>
      {isHelpOpen && <ShortcutsHelp shortcuts={shortcuts} onClose={() => setHelpOpen(false)} />}
    </>
  );
}

/** The first click sorts text ascending and numbers descending, the second reverses it, the third restores newest first. */
function nextSort(sort: { column: SortColumn; descending: boolean }, column: SortColumn): Partial<RunsState> {
  const isFigure = columnNamed(column).isFigure === true;
  const first = isFigure ? 'desc' : 'asc';
  if (sort.column !== column) return { sort: column, order: first };
  if (sort.descending === isFigure) return { sort: column, order: isFigure ? 'asc' : 'desc' };
  return { sort: 'createdAt', order: 'desc' };
}
