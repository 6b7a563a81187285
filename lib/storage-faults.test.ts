import { expect, it } from 'vitest';
import { storageAdvice, storageFaultOf } from './storage-faults.ts';

const failed = (code: string) => Object.assign(new Error('no'), { code });

it.each([
  ['ENOSPC', 'full'],
  ['EDQUOT', 'full'],
  ['SQLITE_FULL', 'full'],
  ['EROFS', 'read-only'],
  ['SQLITE_READONLY_DBMOVED', 'read-only'],
  ['EACCES', 'denied'],
  ['SQLITE_CANTOPEN', 'denied'],
  ['EIO', 'failing'],
  ['SQLITE_IOERR_WRITE', 'failing'],
  ['ENOTDIR', 'misplaced'],
  ['ECONNRESET', null],
  ['SQLITE_CORRUPT', null],
])('%s means %s', (code, fault) => {
  expect(storageFaultOf(failed(code))).toBe(fault);
});

it('knows no fault of an error without a code, or of something that is no error', () => {
  expect([storageFaultOf(new Error('ENOSPC')), storageFaultOf('ENOSPC'), storageFaultOf(null)]).toEqual([
    null,
    null,
    null,
  ]);
});

it('says what to do, and which setting moves the folder', () => {
  expect(storageAdvice('denied', 'the results folder', 'RESULTS_DIR')).toBe(
    'Make the results folder writable for this user, or set RESULTS_DIR to another folder.',
  );
  expect(storageAdvice('full', '/data')).toBe('Free up space on the disk.');
});
