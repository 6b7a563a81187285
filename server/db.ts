import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import * as schema from '../drizzle/schema.ts';

/** Opens the database and brings it up to date. Makes file and folder where there are none. */
export function openDatabase(file: string, migrationsFolder: string) {
  mkdirSync(path.dirname(file), { recursive: true });
  const sqlite = new Sqlite(file);
  // Readers never wait for the writer. Another process that has the file open is waited for.
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = NORMAL');
  sqlite.pragma('foreign_keys = ON');
  sqlite.pragma('busy_timeout = 5000');
  const db = drizzle(sqlite, { schema });
  migrate(db, { migrationsFolder });
  return db;
}
export type Database = ReturnType<typeof openDatabase>;
/** What a transaction gives to the function within it: reads and writes as the database itself does. */
export type Transaction = Parameters<Parameters<Database['transaction']>[0]>[0];
