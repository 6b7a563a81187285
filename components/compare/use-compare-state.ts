import { useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type CompareState, readCompareState, writeCompareState } from '@/lib/compare/compare-state.ts';

/** The comparison's state, stored in the URL. Changes replace the history entry, so Back leads to the previous page. */
export function useCompareState(): [CompareState, (change: Partial<CompareState>) => void] {
  const query = useSearchParams().toString();
  const [state, setState] = useState(() => readCompareState(new URLSearchParams(query)));
  const newest = useRef(state);

  const show = useCallback((next: CompareState) => {
    newest.current = next;
    setState(next);
  }, []);

  // Follows links to this page and Back. `query` only triggers this, because it lags behind; the URL is current.
  useEffect(() => {
    const next = readCompareState(new URLSearchParams(window.location.search));
    if (writeCompareState(next) !== writeCompareState(newest.current)) show(next);
  }, [query, show]);

  const change = useCallback(
    (changes: Partial<CompareState>) => {
      const next = { ...newest.current, ...changes };
      // Immediately: a slider that waited for the URL would jump while dragged.
      show(next);
      const search = writeCompareState(next);
      window.history.replaceState(null, '', search === '' ? window.location.pathname : `?${search}`);
    },
    [show],
  );
  return [state, change];
}
