import { AppError } from '@/server/errors.ts';

/** The database, another file or the disk failed. The message says what to do. */
export class StorageError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('storage', message);
    this.cause = options?.cause;
  }
}

/** Messages by the beginning of SQLite's result code or the system's error code. */
const reasons: [code: RegExp, describe: (file: string) => string][] = [
  [
    /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    (file) => `Cannot write to ${file}: the disk is full. Free up space, then try again; nothing was changed.`,
  ],
  [
    /^(SQLITE_READONLY|EROFS)/,
    (file) => `Cannot write to ${file}: the disk or the file is read-only. Make it writable for this user.`,
  ],
  [
    /^(SQLITE_BUSY|SQLITE_LOCKED)/,
    (file) => `Cannot use ${file}: another program keeps it locked. Close that program, then try again.`,
  ],
  [
    /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    (file) =>
      `Cannot use ${file}: it is damaged and was left unchanged. Replace it with a copy (the same folder may hold older ones), or move it away: a new, empty database is then created and the logs in the results folder are imported again.`,
  ],
  [
    /^(SQLITE_CANTOPEN|SQLITE_IOERR|EACCES|EPERM|EIO)/,
    (file) => `Cannot open or read ${file}. Check that the folder and the file exist and belong to this user.`,
  ],
];

/**
 * Describes an error of the database, another file or the disk.
 * @returns null for any other kind of error
 */
export function storageError(error: unknown, databasePath: string): StorageError | null {
  if (error instanceof StorageError) return error;
  // drizzle wraps SQLite's errors.
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : reasons.find(([pattern]) => pattern.test(code));
    if (!reason) continue;
    // Its folder and the files next to it (journal, copies) count as the database, too.
    const isNear = path !== undefined && (path.startsWith(databasePath) || databasePath.startsWith(path));
    const isDatabase = code!.startsWith('SQLITE_') || isNear;
    const file = isDatabase ? `the database ${databasePath}` : (path ?? 'a file of the app');
    return new StorageError(`${reason[1](file)} (${code})`, { cause: error });
  }
  return null;
}
