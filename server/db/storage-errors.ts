import { AppError } from '@/server/errors.ts';

/** The database, another file, or the disk under them does not do what it should. The message says what a person can do. */
export class StorageError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('storage', message);
    this.cause = options?.cause;
  }
}

/** What SQLite's result codes and the system's mean here, by how they begin. */
const reasons: [code: RegExp, sentence: string][] = [
  [/^(SQLITE_FULL|ENOSPC|EDQUOT)/, 'The disk is full. Make room, then try again: nothing was changed.'],
  [
    /^(SQLITE_READONLY|EROFS)/,
    'It cannot be written: the disk or the file is read-only. Make it writable for this user.',
  ],
  [/^(SQLITE_BUSY|SQLITE_LOCKED)/, 'Another program keeps it locked. Close that one, then try again.'],
  [
    /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    'It is damaged, and was left as it is. Put a copy in its place (older ones may lie beside it), or move it away: an empty one is made, and logs in the results folder are imported again.',
  ],
  [
    /^(SQLITE_CANTOPEN|SQLITE_IOERR|EACCES|EPERM|EIO)/,
    'It cannot be opened or read. See that folder and file are there and belong to this user.',
  ],
];

/**
 * Says in words what is wrong with the database, another file, or the disk under them.
 * @returns null where the error is of another kind
 */
export function storageError(error: unknown, databasePath: string): StorageError | null {
  if (error instanceof StorageError) return error;
  // drizzle wraps what SQLite says.
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const reason = code === undefined ? undefined : reasons.find(([pattern]) => pattern.test(code));
    if (!reason) continue;
    // Its folder, and the copies beside it, are told as the database as well.
    const isNear = path !== undefined && (path.startsWith(databasePath) || databasePath.startsWith(path));
    const isDatabase = code!.startsWith('SQLITE_') || isNear;
    const where = isDatabase ? `The database is ${databasePath}.` : `It is about ${path ?? 'a file of the app'}.`;
    return new StorageError(`${where} ${reason[1]} (${code})`, { cause: error });
  }
  return null;
}
