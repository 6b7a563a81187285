import { type StorageFault, storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';
import { AppError } from '@/server/errors.ts';

/** The database, another file, or the disk that holds them fails. The message says what a person can do. */
export class StorageError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('storage', message);
    this.cause = options?.cause;
  }
}

/** A missing file is no fault of the storage: whoever looks for it says what that means. */
const problems: Record<Exclude<StorageFault, 'misplaced'>, string> = {
  full: 'The disk is full. Nothing was changed.',
  'read-only': 'It cannot be written: the disk or the file is read-only.',
  denied: 'It cannot be opened or read.',
  failing: 'The disk reports errors.',
};

/** Faults that only a database has, by how SQLite's codes begin. */
const ownSentences: readonly [code: RegExp, sentence: string][] = [
  [/^(SQLITE_BUSY|SQLITE_LOCKED)/, 'Another program keeps it locked. Close that one, then try again.'],
  [
    /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    'It is damaged, and was left as it is. Put a copy in its place (older ones may lie beside it), or move it away: an empty one is made, and logs in the results folder are imported again.',
  ],
];

/**
 * Describes a fault of the database, another file, or the disk that holds them.
 * @returns null for an error of another kind
 */
export function storageError(error: unknown, databasePath: string): StorageError | null {
  if (error instanceof StorageError) return error;
  // drizzle wraps SQLite's errors.
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, path } = cause as NodeJS.ErrnoException;
    const sentence = sentenceFor(cause);
    if (!sentence) continue;
    // Its folder and the copies beside it count as the database.
    const isNear = path !== undefined && (path.startsWith(databasePath) || databasePath.startsWith(path));
    const isDatabase = code!.startsWith('SQLITE_') || isNear;
    const where = isDatabase ? `The database is ${databasePath}.` : `It is about ${path ?? 'a file of the app'}.`;
    return new StorageError(`${where} ${sentence} (${code})`, { cause: error });
  }
  return null;
}

function sentenceFor(error: NodeJS.ErrnoException): string | null {
  const fault = storageFaultOf(error);
  if (fault === null) return ownSentences.find(([code]) => code.test(error.code ?? ''))?.[1] ?? null;
  if (fault === 'misplaced') return null;
  return `${problems[fault]} ${storageAdvice(fault, 'its folder and the file')} Then try again.`;
}
