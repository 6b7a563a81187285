'use client';

import { useEffect, useState } from 'react';

/**
 * The current Unix time in ms, updated every `intervalMs`. Null on the server and during hydration: clocks and time zones
 * of server and browser may differ.
 */
export function useNow(intervalMs: number): number | null {
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs]);
  return now;
}
