import Sqlite from 'better-sqlite3';
import { openSqlite } from './sqlite.ts';

/**
 * Makes one process the keeper of something that others may come to as well: a database's queue, a download. The lock is
 * a transaction held open on a file of its own: the system ends it with the process, however that ends.
 * @returns what gives the lock back; null where another one has it, in this process or elsewhere
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
