import { getContext } from './context.ts';
import { createCaller } from './router.ts';

/** Calls procedures without HTTP, for server components. Pages that use it must be rendered on request. */
export const getCaller = () => createCaller(getContext());
