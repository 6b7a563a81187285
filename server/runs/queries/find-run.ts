import type { RunDetail } from '@/lib/run/run.ts';
import { getContext } from '@/server/context.ts';
import { RunNotFoundError } from '@/server/errors.ts';
import { readRun } from './read-runs.ts';

/** A run for the page that shows it; null where there is none, for its "not found". */
export const findRun = (id: string): Promise<RunDetail | null> =>
  readRun(getContext(), id).catch((error: unknown) => {
    if (error instanceof RunNotFoundError) return null;
    throw error;
  });
