import { useSyncExternalStore } from 'react';

const subscribe = () => () => {};

/** False on the server and during hydration, for content that only the browser can render. */
export const useMounted = (): boolean =>
  useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
