import { useCallback, useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();

/** A text in local storage, or null. Without access to local storage (private windows), it is never stored. */
export function useLocalStorage(key: string): [string | null, (text: string | null) => void] {
  const text = useSyncExternalStore(
    subscribe,
    () => read(key),
    () => null,
  );
  const store = useCallback(
    (next: string | null) => {
      try {
        if (next === null) localStorage.removeItem(key);
        else localStorage.setItem(key, next);
      } catch {
        // No access to local storage: not stored.
      }
      for (const listener of listeners) listener();
    },
    [key],
  );
  return [text, store];
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('storage', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('storage', listener);
  };
}
