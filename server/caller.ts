import { createCaller } from './router.ts';
import { getServices } from './services.ts';

/** Every procedure, called without HTTP: for server components. A page that calls it must render on request. */
export const getCaller = () => createCaller(getServices());
