import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False on the server and in the first pass of the browser: what only the browser knows waits for true. */
export const useMounted = (): boolean =>
  useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
