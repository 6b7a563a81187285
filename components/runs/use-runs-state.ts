import { useQueryStates } from 'nuqs';
import { runsUrl } from './runs-url.ts';

/** What the page of runs shows, kept in its address; changes replace it, so that "back" leaves the page. */
export const useRunsState = () => useQueryStates(runsUrl, { history: 'replace', shallow: true });
export type SetRunsState = ReturnType<typeof useRunsState>[1];
