import Sqlite from 'better-sqlite3';

/**
 * From Node 24.19 on, an object of better-sqlite3 12 that is collected while no JavaScript runs ends the process: it is a
 * `node::ObjectWrap`, which asks for a context that is not there then. (13 is none, but needs Node 22.) So none is ever
 * collected.
 */
const kept = new Set<Sqlite.Database>();

/**
 * Opens a file of SQLite. A statement is prepared once for each text and kept, as it was when it was new.
 * @throws SqliteError
 */
export function openSqlite(file: string, options?: Sqlite.Options): Sqlite.Database {
  const sqlite = new Sqlite(file, options);
  kept.add(sqlite);
  const statements = new Map<string, Sqlite.Statement>();
  const prepare = sqlite.prepare.bind(sqlite);
  sqlite.prepare = ((text: string) => {
    const known = statements.get(text);
    if (known) return known.reader ? known.raw(false).pluck(false) : known;
    const statement = prepare(text);
    statements.set(text, statement);
    return statement;
  }) as typeof sqlite.prepare;
  return sqlite;
}

/** Sets or asks for something of the connection. @returns its first answer, or undefined where it has none */
export function pragma(sqlite: Sqlite.Database, text: string): unknown {
  const statement = sqlite.prepare(`PRAGMA ${text}`);
  if (statement.reader) return statement.pluck().get();
  statement.run();
  return undefined;
}
