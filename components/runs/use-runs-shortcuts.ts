import { useRouter } from 'next/navigation';
import { type RefObject, useState } from 'react';
import { type Shortcut, useShortcuts } from '@/components/ui/use-shortcuts.ts';
import { compareAddress } from '@/lib/compare/compare-state.ts';
import type { ActiveRow } from './runs-table.tsx';
import type { RunsState } from './runs-url.ts';
import type { RunRows } from './use-run-rows.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface Options {
  state: RunsState;
  setState: SetRunsState;
  rows: RunRows;
  toggle: (id: string) => void;
  search: RefObject<HTMLInputElement | null>;
  openHelp: () => void;
}

/**
 * The keyboard shortcuts of the page of runs. Those for a run apply to the row that has focus.
 * @returns all shortcuts, and the row that they moved to
 */
export function useRunsShortcuts({ state, setState, rows, toggle, search, openHelp }: Options) {
  const router = useRouter();
  const [active, setActive] = useState<ActiveRow | null>(null);
  const move = (step: number) => {
    if (rows.total === 0) return false;
    // Rows move when runs are added or deleted, and focus moves with them. Without focus, continue from the last row.
    const from = focusedRow()?.dataset.index ?? active?.index;
    setActive({ index: from === undefined ? 0 : Math.min(rows.total - 1, Math.max(0, Number(from) + step)) });
  };
  const withRun = (action: (id: string) => void) => () => {
    const id = focusedRow()?.dataset.runId;
    if (id === undefined) return false;
    action(id);
  };
  const compare = () => {
    if (state.selected.length === 0) return false;
    router.push(compareAddress(state.selected));
  };
  const shortcuts: readonly Shortcut[] = [
    { key: '/', label: 'search', run: () => search.current?.focus() },
    { key: 'ArrowDown', label: 'next run', run: () => move(1) },
    { key: 'ArrowUp', label: 'previous run', run: () => move(-1) },
    { key: ' ', label: 'select the run', run: withRun(toggle) },
    { key: 'Enter', label: 'open the run', run: withRun((id) => router.push(`/runs/${id}`)) },
    {
      key: 'b',
      label: 'set or clear the run as baseline',
      run: withRun((id) => void setState({ baseline: state.baseline === id ? null : id })),
    },
    { key: 'c', label: 'compare the selected runs', run: compare },
    { key: 'n', label: 'new run', run: () => router.push('/runs/new') },
    { key: 'Escape', label: 'clear the selection', run: () => void setState({ selected: [] }) },
    { key: '?', label: 'show these keys', run: openHelp },
  ];
  useShortcuts(shortcuts);
  return { shortcuts, active };
}

const focusedRow = () => document.activeElement?.closest<HTMLElement>('tr[data-index]');
