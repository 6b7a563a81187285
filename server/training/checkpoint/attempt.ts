import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Canceled } from '@/server/model/errors.ts';

/** File in a run's folder with the number of its newest attempt; the server writes it before the attempt starts. */
const attemptFile = 'attempt';

/**
 * Call this before writing to a run's folder, so that a superseded trainer that wakes up writes nothing. Anything it writes
 * between this check and the next is bit-identical to the output of the newer attempt.
 * @throws Canceled if a later attempt has started
 */
export async function ensureCurrentAttempt(folder: string, attempt: number | undefined): Promise<void> {
  if (attempt === undefined) return;
  const newest = await readFile(path.join(folder, attemptFile), 'utf8').catch(() => String(attempt));
  if (Number(newest) !== attempt) throw new Canceled();
}
