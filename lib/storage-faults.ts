/**
 * What is wrong with a disk, a folder or a file. `misplaced`: a folder is missing, or something else has its place;
 * `failing`: the device itself reports errors.
 */
export type StorageFault = 'full' | 'read-only' | 'denied' | 'failing' | 'misplaced';

/** How the codes of the system and of SQLite begin. */
const codes: readonly [code: RegExp, fault: StorageFault][] = [
  [/^(ENOSPC|EDQUOT|SQLITE_FULL)/, 'full'],
  [/^(EROFS|SQLITE_READONLY)/, 'read-only'],
  [/^(EACCES|EPERM|SQLITE_CANTOPEN|SQLITE_PERM)/, 'denied'],
  [/^(EIO|SQLITE_IOERR)/, 'failing'],
  [/^(ENOENT|ENOTDIR|EISDIR|EEXIST)/, 'misplaced'],
];

/** The fault that an error of `node:fs` or SQLite reports by its code; null for any other error. */
export function storageFaultOf(error: unknown): StorageFault | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return codes.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}

/**
 * What a person can do about it, as a sentence.
 * @param place what the fault is about: `the results folder`
 * @param setting the environment variable that moves it elsewhere, if there is one
 */
export function storageAdvice(fault: StorageFault, place: string, setting?: string): string {
  const orSet = (target: string) => (setting ? `, or set ${setting} to ${target}` : '');
  switch (fault) {
    case 'full':
      return `Free up space on the disk${orSet('a folder on another disk')}.`;
    case 'read-only':
    case 'denied':
      return `Make ${place} writable for this user${orSet('another folder')}.`;
    case 'failing':
      return `Check the disk that holds ${place}${orSet('a folder on another disk')}.`;
    case 'misplaced':
      return `Check that ${place} exists and is a folder${orSet('another folder')}.`;
  }
}
