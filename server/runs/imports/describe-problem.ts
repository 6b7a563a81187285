import { storageError } from '@/server/db/storage-errors.ts';
import { describeReadError } from '@/server/model/files/read-bounded.ts';

/** Whether the next attempt may succeed although the file stays the same: the database or the file system failed. */
export function isRetried(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) if ('code' in cause) return true;
  return !(error instanceof Error);
}

/** Why a file was not imported, phrased to follow its name, without SQL. */
export function describeProblem(error: unknown, databasePath: string): string {
  if (!isRetried(error)) return (error as Error).message;
  const code = sqliteCodeOf(error);
  if (code === null) {
    const isPhrased = error instanceof Error && !('code' in error);
    return isPhrased ? error.message : `cannot be read: ${describeReadError(error)}`;
  }
  const known = storageError(error, databasePath)?.message ?? `The database reported ${code}.`;
  return `was not stored; the next attempt follows in a few seconds. ${known}`;
}

/** The error code of SQLite; drizzle wraps its errors. */
function sqliteCodeOf(error: unknown): string | null {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && String(cause.code).startsWith('SQLITE_')) return String(cause.code);
  }
  return null;
}
