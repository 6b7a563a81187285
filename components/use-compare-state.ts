import { useSearchParams } from 'next/navigation';
import { useCallback, useMemo } from 'react';
import { type CompareState, readCompareState, writeCompareState } from './compare-state.ts';

/** What is compared and how, kept in the address; a change replaces it, so that Back leads to the page before. */
export function useCompareState(): [CompareState, (change: Partial<CompareState>) => void] {
  const query = useSearchParams().toString();
  const state = useMemo(() => readCompareState(new URLSearchParams(query)), [query]);
  const set = useCallback((change: Partial<CompareState>) => {
    // Two changes in one moment: the second builds on the first.
    const now = readCompareState(new URLSearchParams(window.location.search));
    const words = writeCompareState({ ...now, ...change });
    window.history.replaceState(null, '', words === '' ? window.location.pathname : `?${words}`);
  }, []);
  return [state, set];
}
