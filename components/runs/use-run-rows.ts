import { useQueries } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import type { RunSummary, RunsPage } from '@/lib/run/run.ts';
import { pageSize } from '@/lib/runs/columns.ts';
import type { RunQueryInput } from '@/lib/runs/query.ts';

/** How often to refetch, in ms, for changes without an event: a run queued in another tab, or finished in a terminal. */
const refetchInterval = 15_000;

export interface RunRows {
  total: number;
  /** Whether this query is known to have no rows; false while it shows the result of the previous query. */
  isEmpty: boolean;
  /** Undefined while the row is loading. */
  rowAt: (index: number) => RunSummary | undefined;
  /** Reports the visible range, whose pages are fetched together with their neighbours. */
  setVisibleRange: (first: number, last: number) => void;
  /** All loaded rows. */
  loaded: RunSummary[];
  problem: string | null;
}

/** The runs of a query, fetched in pages as they become visible, with one page before and after. */
export function useRunRows(query: RunQueryInput, initial: RunsPage | null): RunRows {
  const trpc = useTRPC();
  const [visible, setVisible] = useState({ first: 0, last: 0 });
  const setVisibleRange = useCallback((firstRow: number, lastRow: number) => {
    const next = { first: Math.floor(firstRow / pageSize), last: Math.floor(lastRow / pageSize) };
    setVisible((now) => (now.first === next.first && now.last === next.last ? now : next));
  }, []);
  const previous = useRef<RunsPage | null>(null);
  const total = previous.current?.total ?? initial?.total ?? 0;
  const lastPage = Math.max(0, Math.ceil(total / pageSize) - 1);
  const from = Math.min(lastPage, Math.max(0, visible.first - 1));
  const nearby = Array.from({ length: Math.min(lastPage, visible.last + 1) - from + 1 }, (_, index) => from + index);
  const pageNumbers = [...new Set([0, ...nearby])];
  const results = useQueries({
    queries: pageNumbers.map((page) => ({
      ...trpc.runs.list.queryOptions({ ...query, offset: page * pageSize, limit: pageSize }, { refetchInterval }),
      ...(page === 0 && initial && { initialData: initial }),
    })),
  });
  const pages = new Map(pageNumbers.map((page, index) => [page, results[index]?.data]));
  const first = pages.get(0);
  if (first) previous.current = first;
  return {
    total: (first ?? previous.current)?.total ?? 0,
    isEmpty: first?.total === 0,
    rowAt: (index) => {
      const page = Math.floor(index / pageSize);
      // While another sort order or filter is loading, show the first page of the previous one.
      return (pages.get(page) ?? (page === 0 ? previous.current : undefined))?.runs[index % pageSize];
    },
    setVisibleRange,
    loaded: pageNumbers.flatMap((page) => pages.get(page)?.runs ?? []),
    problem: results.find(({ error }) => error)?.error?.message ?? null,
  };
}
