import Sqlite from 'better-sqlite3';
import { openSqlite } from './sqlite.ts';

/**
 * Takes an exclusive lock, so that only one process works on a shared resource such as the queue or a download. The
 * lock is an open SQLite transaction on a separate file: the operating system releases it when the process ends, even
 * after a crash.
 * @returns a function that releases the lock; null if it is already held, by this process or another one
 */
export function lockFile(file: string): (() => void) | null {
  const lock = openSqlite(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return () => lock.close();
  } catch (error) {
    lock.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
