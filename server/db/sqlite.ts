import Sqlite from 'better-sqlite3';

/**
 * Since Node 24.19, the process crashes when an object of better-sqlite3 12 is garbage-collected while no JavaScript
 * runs: its `node::ObjectWrap` needs a context, and there is none. (Version 13 does not use it, but requires Node 22.)
 * These references keep all connections from being collected.
 */
const keptAlive = new Set<Sqlite.Database>();

/**
 * Opens a SQLite file. Prepared statements are cached by their SQL text and returned in their initial state (no `raw`,
 * no `pluck`).
 * @throws SqliteError
 */
export function openSqlite(file: string, options?: Sqlite.Options): Sqlite.Database {
  const sqlite = new Sqlite(file, options);
  keptAlive.add(sqlite);
  const statements = new Map<string, Sqlite.Statement>();
  const prepare = sqlite.prepare.bind(sqlite);
  sqlite.prepare = ((text: string) => {
    const cached = statements.get(text);
    if (cached) return cached.reader ? cached.raw(false).pluck(false) : cached;
    const statement = prepare(text);
    statements.set(text, statement);
    return statement;
  }) as typeof sqlite.prepare;
  return sqlite;
}

/** Runs a PRAGMA. @returns the first value of its result; undefined if it has none */
export function pragma(sqlite: Sqlite.Database, text: string): unknown {
  const statement = sqlite.prepare(`PRAGMA ${text}`);
  if (statement.reader) return statement.pluck().get();
  statement.run();
  return undefined;
}
