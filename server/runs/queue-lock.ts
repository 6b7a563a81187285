import Sqlite from 'better-sqlite3';

/**
 * Makes one server process the keeper of a database's queue, so that a second one beside it neither declares the first's
 * run dead nor trains another. The lock is a transaction held open on a file of its own: the system ends it with the
 * process, however that ends.
 * @returns what gives the lock back; null where another process has it
 */
export function lockQueue(databasePath: string): (() => void) | null {
  const lock = new Sqlite(`${databasePath}.lock`, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return () => lock.close();
  } catch (error) {
    lock.close();
    if (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
