import { useRouter } from 'next/navigation';
import { type RefObject, useState } from 'react';
import { useShortcuts } from '@/components/ui/use-shortcuts.ts';
import { compareAddress } from '@/lib/compare/compare-state.ts';
import type { ActiveRow } from './runs-table.tsx';
import type { RunsState } from './runs-url.ts';
import type { RunRows } from './use-run-rows.ts';
import type { SetRunsState } from './use-runs-state.ts';

interface KeysOptions {
  state: RunsState;
  setState: SetRunsState;
  rows: RunRows;
  toggle: (id: string) => void;
  search: RefObject<HTMLInputElement | null>;
  openHelp: () => void;
}

/** The keys of this page, which act on the run whose row has the focus. @returns the row that they moved to */
export function useRunsKeys({ state, setState, rows, toggle, search, openHelp }: KeysOptions): ActiveRow | null {
  const router = useRouter();
  const [active, setActive] = useState<ActiveRow | null>(null);
  const move = (step: number) => {
    if (rows.total === 0) return false;
    // Rows move when runs come and go, and the focus with them; without focus, continue from the last row.
    const from = focusedRow()?.dataset.index ?? active?.index;
    setActive({ index: from === undefined ? 0 : Math.min(rows.total - 1, Math.max(0, Number(from) + step)) });
  };
  const withRun = (action: (id: string) => void) => () => {
    const id = focusedRow()?.dataset.runId;
    if (id === undefined) return false;
    action(id);
  };
  useShortcuts({
    '/': () => search.current?.focus(),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    ' ': withRun(toggle),
    Enter: withRun((id) => router.push(`/runs/${id}`)),
    b: withRun((id) => void setState({ baseline: state.baseline === id ? null : id })),
    c: () => {
      if (state.selected.length === 0) return false;
      router.push(compareAddress(state.selected));
    },
    n: () => router.push('/runs/new'),
    Escape: () => void setState({ selected: [] }),
    '?': openHelp,
  });
  return active;
}

const focusedRow = () => document.activeElement?.closest<HTMLElement>('tr[data-index]');
