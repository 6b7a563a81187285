import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import * as schema from '@/drizzle/schema.ts';
import { openSqlite, pragma } from './sqlite.ts';
import { StorageError, storageError } from './storage-errors.ts';

/** Another process that has the file open is waited for. Milliseconds. */
const patience = 5000;

/**
 * Opens the database and brings it up to date; before that it is copied beside itself. Makes file and folder where there
 * are none; a file that is not a whole database of ours is left as it is.
 * @throws StorageError in words
 */
export function openDatabase(file: string, migrationsFolder: string) {
  let sqlite: Sqlite.Database | null = null;
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    sqlite = openSqlite(file, { timeout: patience });
    checkWhole(sqlite, file);
    // Readers never wait for the writer. What is recorded has reached the disk, as far as the disk can be trusted.
    pragma(sqlite, 'journal_mode = WAL');
    pragma(sqlite, 'synchronous = FULL');
    pragma(sqlite, 'foreign_keys = ON');
    const db = drizzle(sqlite, { schema });
    keepCopyBeforeMigrating(sqlite, file, migrationsFolder);
    migrate(db, { migrationsFolder });
    return db;
  } catch (error) {
    sqlite?.close();
    throw storageError(error, file) ?? error;
  }
}
export type Database = ReturnType<typeof openDatabase>;
/** What a transaction gives to the function within it: reads and writes as the database itself does. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];

/** @throws SqliteError, as where it is no database at all */
function checkWhole(sqlite: Sqlite.Database, file: string): void {
  const answer = pragma(sqlite, 'quick_check(1)');
  if (answer !== 'ok') throw new Sqlite.SqliteError(`${file}: ${answer}`, 'SQLITE_CORRUPT');
}

/** @throws StorageError where a newer version of this project has written it */
function keepCopyBeforeMigrating(sqlite: Sqlite.Database, file: string, migrationsFolder: string): void {
  const known = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }) => folderMillis);
  const applied = lastMigration(sqlite);
  if (applied === null) return;
  if (applied > Math.max(...known)) {
    throw new StorageError(
      `The database ${file} was written by a newer version of transfer-lab, and was left as it is. Update this one, or set DATABASE_PATH to another file.`,
    );
  }
  const pending = known.filter((each) => each > applied).length;
  if (pending === 0) return;
  const copy = `${file}.before-migration-${known.length - pending + 1}`;
  if (!existsSync(copy)) sqlite.prepare('VACUUM INTO ?').run(copy);
}

/** When the newest migration that was applied was made; null in a new database. Milliseconds since 1970. */
function lastMigration(sqlite: Sqlite.Database): number | null {
  const table = '__drizzle_migrations';
  const isThere = sqlite.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table);
  if (!isThere) return null;
  return sqlite.prepare(`SELECT max(created_at) FROM ${table}`).pluck().get() as number | null;
}
