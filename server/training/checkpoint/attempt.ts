import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Canceled } from '@/server/model/errors.ts';

/** In a run's folder: the number of the newest attempt at it, written by the server before the attempt begins. */
const attemptFile = 'attempt';

/**
 * Before something is written into a run's folder: a trainer that was given up, and woke again, writes nothing there any
 * more. What it might still write in the moment between differs from its successor's by no bit.
 * @throws Canceled where a later attempt has begun
 */
export async function ensureCurrentAttempt(folder: string, attempt: number | undefined): Promise<void> {
  if (attempt === undefined) return;
  const newest = await readFile(path.join(folder, attemptFile), 'utf8').catch(() => String(attempt));
  if (Number(newest) !== attempt) throw new Canceled();
}
