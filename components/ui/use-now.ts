'use client';

import { useEffect, useState } from 'react';

/**
 * The time in milliseconds since 1970, again and again; null on the server and in the browser's first pass, whose clocks
 * and time zones differ.
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
