import { type BigIntStats, statSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import { pragma } from './sqlite.ts';

/**
 * The file behind an open database. If it is deleted, moved or replaced, SQLite continues to use the old file, which has
 * no name any more: everything would look saved and be lost at the next start.
 */
export class DatabaseFile {
  private readonly opened: BigIntStats | null | undefined;
  /** The saved copy, the reason why there is none, or null if the file was in place when last checked. */
  private copy: { file: string } | { error: string } | null = null;

  constructor(
    private readonly sqlite: Sqlite.Database,
    private readonly file: string,
  ) {
    this.opened = statOf(file);
  }

  /**
   * Saves a copy of the content in the same folder when the file is first found missing or replaced.
   * @returns what happened and what to do; null while the file is in place
   */
  problem(): string | null {
    const current = statOf(this.file);
    if (!this.opened || current === undefined || isSameFile(current, this.opened)) {
      this.copy = null;
      return null;
    }
    this.copy ??= this.saveCopy();
    this.checkpointWal();
    const [event, remedy] =
      current === null
        ? [
            'was deleted or moved',
            'Put the file back, or restart the server: it then creates an empty database and imports the logs in the results folder again.',
          ]
        : [
            'was replaced by another file',
            'To use the new file, restart the server. To keep using the old one, move it back.',
          ];
    const copy =
      'file' in this.copy
        ? `The content was saved as ${this.copy.file}; to continue with it, rename it to ${this.file} while the server is stopped.`
        : `No copy of the content could be saved (${this.copy.error}).`;
    return `The database file ${this.file} ${event} while the server was using it. ${remedy} ${copy}`;
  }

  private saveCopy(): { file: string } | { error: string } {
    const file = `${this.file}.saved-${new Date().toISOString().replace(/[:.]/g, '-')}`;
    try {
      this.sqlite.prepare('VACUUM INTO ?').run(file);
      return { file };
    } catch (error) {
      return { error: (error as Error).message };
    }
  }

  /** Checkpoints the write-ahead log into the old file: SQLite would otherwise apply it to the new file of this name. */
  private checkpointWal(): void {
    try {
      pragma(this.sqlite, 'wal_checkpoint(TRUNCATE)');
    } catch (error) {
      console.error(`Could not checkpoint the write-ahead log of ${this.file}: ${(error as Error).message}`);
    }
  }
}

const isSameFile = (current: BigIntStats | null, opened: BigIntStats): boolean =>
  current !== null && current.ino === opened.ino && current.dev === opened.dev;

/** @returns null if there is no such file; undefined if that cannot be determined, for example without permission */
function statOf(file: string): BigIntStats | null | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false }) ?? null;
  } catch {
    return undefined;
  }
}
