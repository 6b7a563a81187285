import { getContext } from './context.ts';
import { createCaller } from './router.ts';

/** Every procedure, called without HTTP: for server components. A page that calls it must render on request. */
export const getCaller = () => createCaller(getContext());
