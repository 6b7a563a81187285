import { useQueryStates } from 'nuqs';
import { runsUrl } from './runs-url.ts';

/** The state of the page of runs, stored in its URL. Changes replace the history entry, so that “back” leaves the page. */
export const useRunsState = () => useQueryStates(runsUrl, { history: 'replace', shallow: true });
export type SetRunsState = ReturnType<typeof useRunsState>[1];
