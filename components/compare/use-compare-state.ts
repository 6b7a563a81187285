import { useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useRef, useState } from 'react';
import { type CompareState, readCompareState, writeCompareState } from '@/lib/compare/compare-state.ts';

/** What is compared and how, kept in the address; a change replaces it, so that Back leads to the page before. */
export function useCompareState(): [CompareState, (change: Partial<CompareState>) => void] {
  const query = useSearchParams().toString();
  const [state, setState] = useState(() => readCompareState(new URLSearchParams(query)));
  const newest = useRef(state);

  const show = useCallback((next: CompareState) => {
    newest.current = next;
    setState(next);
  }, []);

  // Another link to this page, or Back. The query tells when, but comes late: the address has the newest.
  useEffect(() => {
    const next = readCompareState(new URLSearchParams(window.location.search));
    if (writeCompareState(next) !== writeCompareState(newest.current)) show(next);
  }, [query, show]);

  const change = useCallback(
    (changes: Partial<CompareState>) => {
      const next = { ...newest.current, ...changes };
      // At once: a slider that waited for the address would jump under the hand.
      show(next);
      const words = writeCompareState(next);
      window.history.replaceState(null, '', words === '' ? window.location.pathname : `?${words}`);
    },
    [show],
  );
  return [state, change];
}
