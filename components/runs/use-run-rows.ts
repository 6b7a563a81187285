import { useQueries } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import { useTRPC } from '@/components/live/trpc.ts';
import type { RunSummary, RunsPage } from '@/lib/run/run.ts';
import { pageSize } from '@/lib/runs/columns.ts';
import type { RunQueryInput } from '@/lib/runs/query.ts';

/** What no event tells (a run that another tab put in line, one that a terminal finished) is asked for this often. */
const refetchInterval = 15_000;

export interface RunRows {
  total: number;
  /** Known to have no rows: not, while the answer to another query stands in for this one's. */
  isEmpty: boolean;
  /** Undefined while its part of the list is still on its way. */
  rowAt: (index: number) => RunSummary | undefined;
  /** Tells which rows are seen, so that they and their neighbours are fetched. */
  see: (first: number, last: number) => void;
  /** Every row that is here. */
  loaded: RunSummary[];
  problem: string | null;
}

/** The runs of a query, fetched in parts as they come into sight, the parts before and after with them. */
export function useRunRows(query: RunQueryInput, initial: RunsPage | null): RunRows {
  const trpc = useTRPC();
  const [seen, setSeen] = useState({ first: 0, last: 0 });
  const see = useCallback((firstRow: number, lastRow: number) => {
    const next = { first: Math.floor(firstRow / pageSize), last: Math.floor(lastRow / pageSize) };
    setSeen((now) => (now.first === next.first && now.last === next.last ? now : next));
  }, []);
  const before = useRef<RunsPage | null>(null);
  const total = before.current?.total ?? initial?.total ?? 0;
  const lastPart = Math.max(0, Math.ceil(total / pageSize) - 1);
  const from = Math.min(lastPart, Math.max(0, seen.first - 1));
  const parts = Array.from({ length: Math.min(lastPart, seen.last + 1) - from + 1 }, (_, index) => from + index);
  const results = useQueries({
    queries: [...new Set([0, ...parts])].map((part) => ({
      ...trpc.runs.list.queryOptions({ ...query, offset: part * pageSize, limit: pageSize }, { refetchInterval }),
      ...(part === 0 && initial && { initialData: initial }),
      meta: { part },
    })),
  });
  const numbers = [...new Set([0, ...parts])];
  const pages = new Map(numbers.map((part, index) => [part, results[index]?.data]));
  const first = pages.get(0);
  if (first) before.current = first;
  return {
    total: (first ?? before.current)?.total ?? 0,
    isEmpty: first?.total === 0,
    rowAt: (index) => {
      const part = Math.floor(index / pageSize);
      // While another order or filter is on its way, its head is what was there before.
      return (pages.get(part) ?? (part === 0 ? before.current : undefined))?.runs[index % pageSize];
    },
    see,
    loaded: numbers.flatMap((part) => pages.get(part)?.runs ?? []),
    problem: results.find(({ error }) => error)?.error?.message ?? null,
  };
}
