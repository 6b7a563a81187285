'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Download, Keyboard } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useEffect, useMemo, useRef, useState } from 'react';
import { loadPlotly } from '@/components/charts/plot-library.ts';
import { ConnectionNote } from '@/components/live/connection-note.tsx';
import { useTRPC } from '@/components/live/trpc.ts';
import { PopoverButton, PopoverCheck } from '@/components/ui/popover-button.tsx';
import { useNow } from '@/components/ui/use-now.ts';
import { WhenNear } from '@/components/ui/when-near.tsx';
import { formatCount } from '@/lib/format.ts';
import { type CellContext, runColumns } from './runs-columns.tsx';
import { RunsFilters } from './runs-filters.tsx';
import { ImportButton } from './runs-import.tsx';
import { RunsTable } from './runs-table.tsx';
import { type queryOf, type RunsState, searchOf } from './runs-url.ts';
import { useColumns } from './use-columns.ts';
import type { RunRows } from './use-run-rows.ts';
import { useRunsShortcuts } from './use-runs-shortcuts.ts';
import type { SetRunsState } from './use-runs-state.ts';

// What stands below what is seen first, or is seldom asked for.
const RunsSelection = dynamic(() => import('./runs-selection.tsx').then((module) => module.RunsSelection), {
  // Without this the page would wait for it, and the keys with the page.
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

/** Choose on the left, see on the right. */
export function RunsDashboard({ state, setState, query, rows, connected, importFiles }: RunsDashboardProps) {
  const columns = useColumns();
  const search = useRef<HTMLInputElement>(null);
  const [isHelpOpen, setHelpOpen] = useState(false);
  // It stays, as it says what became of what was selected; and a row is marked before its code has come.
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
      <div className="flex flex-wrap items-start justify-between gap-2 pb-2.5">
        <RunsFilters state={state} setState={setState} search={search} />
        <div className="flex flex-wrap items-center gap-1.5">
          <ImportButton importFiles={importFiles} />
          <PopoverButton label="Columns">
            {runColumns.map(({ id, header, help }) => (
              <PopoverCheck
                key={id}
                label={header}
                note={help && header.length < 5 ? help.split(/[:;,]/)[0] : undefined}
                checked={columns.shown.some((column) => column.id === id)}
                onChange={() => columns.toggle(id)}
                disabled={id === 'name'}
              />
            ))}
            <button
              type="button"
              onClick={columns.reset}
              className="mt-1 w-full rounded px-1.5 py-1 text-left text-accent hover:bg-raised"
            >
              As at first
            </button>
          </PopoverButton>
          <PopoverButton
            title="Take along what the filters leave"
            label={
              <>
                <Download size={13} aria-hidden />
                Table
              </>
            }
          >
            {(['csv', 'json'] as const).map((format) => (
              <a
                key={format}
                href={`/api/table/runs.${format}?${searchOf(state)}`}
                download
                className="block rounded px-1.5 py-1 hover:bg-raised"
              >
                {format.toUpperCase()}, {formatCount(rows.total)} {rows.total === 1 ? 'run' : 'runs'}
              </a>
            ))}
          </PopoverButton>
          <button
            type="button"
            className="button h-7 px-2 max-sm:hidden"
            onClick={openHelp}
            aria-label="Keys"
            title="Keys: ?"
          >
            <Keyboard size={14} aria-hidden />
          </button>
        </div>
      </div>
      <div className="grid items-start gap-4 min-[1400px]:grid-cols-[minmax(0,1fr)_21rem] 2xl:grid-cols-[minmax(0,1fr)_26rem]">
        <div className="card min-w-0 overflow-hidden min-[1400px]:sticky min-[1400px]:top-15">
          {rows.total === 0 ? (
            <p className="px-4 py-12 text-center text-faint">No run is like this. “Show all” takes the filters away.</p>
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

/** Words begin with A, figures with the largest; then the other way round; then the newest come first again. */
function nextSort(sort: { column: string; descending: boolean }, column: RunsState['sort']): Partial<RunsState> {
  const isFigure = runColumns.some(({ id, isFigure }) => id === column && isFigure);
  const first = isFigure ? 'desc' : 'asc';
  if (sort.column !== column) return { sort: column, order: first };
  if (sort.descending === isFigure) return { sort: column, order: isFigure ? 'asc' : 'desc' };
  return { sort: 'createdAt', order: 'desc' };
}

/** What cells show beside their own figures: the baseline, and the best of the runs that the filters leave. */
function useCellContext(
  state: RunsState,
  query: ReturnType<typeof queryOf>,
  rows: RunsDashboardProps['rows'],
): CellContext {
  const trpc = useTRPC();
  const isAnyRunning = rows.loaded.some((run) => run.status === 'running');
  const now = useNow(isAnyRunning ? 1000 : 30_000);
  const { data: groups } = useQuery(
    trpc.dashboard.best.queryOptions({ filter: query.filter }, { placeholderData: keepPreviousData }),
  );
  const { data: found } = useQuery(
    trpc.runs.list.queryOptions({ ids: [state.baseline] }, { enabled: state.baseline !== '' }),
  );
  return useMemo(() => {
    const best = new Map(groups?.map((group) => [group.test.hash, group]));
    return {
      now,
      baseline: (state.baseline !== '' && found?.runs[0]) || null,
      bestFor: (run) => {
        const group = best.get(run.test?.hash ?? '');
        // One alone is not the best of anything.
        return run.metrics && group && group.runs > 1 ? group.best : null;
      },
    };
  }, [now, groups, found, state.baseline]);
}
