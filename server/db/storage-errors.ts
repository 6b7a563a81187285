import { type StorageFault, storageAdvice, storageFaultOf } from '@/lib/storage-faults.ts';
import { AppError } from '@/server/errors.ts';

/** The database, another file or the disk failed. The message says what to do. */
export class StorageError extends AppError {
  constructor(message: string, options?: ErrorOptions) {
    super('storage', message);
    this.cause = options?.cause;
  }
}

/** A missing file is not a storage error: the code that reads it decides what that means. */
const problems: Record<Exclude<StorageFault, 'misplaced'>, [action: string, problem: string]> = {
  full: ['write to', 'the disk is full; nothing was changed.'],
  'read-only': ['write to', 'the disk or the file is read-only.'],
  denied: ['open or read', 'access is denied.'],
  failing: ['open or read', 'the disk reports errors.'],
};

/** Errors that only a database has, by the beginning of SQLite's code. */
const databaseProblems: readonly [code: RegExp, problem: string][] = [
  [/^(SQLITE_BUSY|SQLITE_LOCKED)/, 'another program keeps it locked. Close that program, then try again.'],
  [
    /^(SQLITE_CORRUPT|SQLITE_NOTADB)/,
    'it is damaged and was left unchanged. Replace it with a copy (the same folder may hold older ones), or move it away: a new, empty database is then created and the logs in the results folder are imported again.',
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
    const describe = describeError(cause);
    if (!describe) continue;
    // Its folder and the files next to it (journal, copies) count as the database, too.
    const isNear = path !== undefined && (path.startsWith(databasePath) || databasePath.startsWith(path));
    const isDatabase = code!.startsWith('SQLITE_') || isNear;
    const file = isDatabase ? `the database ${databasePath}` : (path ?? 'a file of the app');
    return new StorageError(`${describe(file)} (${code})`, { cause: error });
  }
  return null;
}

function describeError(error: NodeJS.ErrnoException): ((file: string) => string) | null {
  const fault = storageFaultOf(error);
  if (fault === 'misplaced') return null;
  if (fault === null) {
    const problem = databaseProblems.find(([code]) => code.test(error.code ?? ''))?.[1];
    return problem === undefined ? null : (file) => `Cannot use ${file}: ${problem}`;
  }
  const [action, problem] = problems[fault];
  return (file) =>
    `Cannot ${action} ${file}: ${problem} ${storageAdvice(fault, 'its folder and the file')} Then try again.`;
}
