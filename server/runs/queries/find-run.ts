import type { RunDetail } from '@/lib/run/run.ts';
import { getContext } from '@/server/context.ts';
import { RunNotFoundError } from '@/server/errors.ts';
import { readRun } from './read-runs.ts';

/** Reads a run for its page; null if it does not exist, so that the page can show "not found". */
export const findRun = (id: string): Promise<RunDetail | null> =>
  readRun(getContext(), id).catch((error: unknown) => {
    if (error instanceof RunNotFoundError) return null;
    throw error;
  });
