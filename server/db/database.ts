import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import * as schema from '@/drizzle/schema.ts';
import { openSqlite, pragma } from './sqlite.ts';
import { StorageError, storageError } from './storage-errors.ts';

/** How long to wait for another process's lock on the file, in milliseconds. */
const lockTimeout = 5000;

/**
 * Opens the database and applies pending migrations, after saving a copy in the same folder. Creates a missing file or
 * folder; a damaged or foreign file is left unchanged.
 * @throws StorageError if the file cannot be used
 */
export function openDatabase(file: string, migrationsFolder: string) {
  let sqlite: Sqlite.Database | null = null;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    sqlite = openSqlite(file, { timeout: lockTimeout });
    checkIntegrity(sqlite, file);
    // With WAL, readers never wait for the writer. FULL syncs every commit to disk before it returns.
    pragma(sqlite, 'journal_mode = WAL');
    pragma(sqlite, 'synchronous = FULL');
    pragma(sqlite, 'foreign_keys = ON');
    const db = drizzle(sqlite, { schema });
    backUpBeforeMigrating(sqlite, file, migrationsFolder);
    migrate(db, { migrationsFolder });
    return db;
  } catch (error) {
    sqlite?.close();
    throw storageError(error, file) ?? error;
  }
}
export type Database = ReturnType<typeof openDatabase>;
/** The handle passed to a transaction's function; it reads and writes like the database itself. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** @throws SqliteError `SQLITE_CORRUPT` if the file is damaged */
function checkIntegrity(sqlite: Sqlite.Database, file: string): void {
  const answer = pragma(sqlite, 'quick_check(1)');
  if (answer !== 'ok') throw new Sqlite.SqliteError(`${file}: ${answer}`, 'SQLITE_CORRUPT');
}

/** @throws StorageError if a newer version of this project wrote the file */
function backUpBeforeMigrating(sqlite: Sqlite.Database, file: string, migrationsFolder: string): void {
  const known = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis);
  const applied = lastMigration(sqlite);
  if (applied === null) return;
  if (applied > Math.max(...known)) {
    throw new StorageError(
      `The database ${file} was written by a newer version of transfer-lab and was left unchanged. Update this installation, or set DATABASE_PATH to another file.`,
    );
  }
  const pending = known.filter((each) => each > applied).length;
  if (pending === 0) return;
  const copy = `${file}.before-migration-${known.length - pending + 1}`;
  if (!existsSync(copy)) sqlite.prepare('VACUUM INTO ?').run(copy);
}

/** Creation time of the newest applied migration, Unix ms; null in a new database. */
function lastMigration(sqlite: Sqlite.Database): number | null {
  const table = '__drizzle_migrations';
  const exists = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
  if (!exists) return null;
  return sqlite.prepare(`SELECT max(created_at) FROM ${table}`).pluck().get() as number | null;
}
