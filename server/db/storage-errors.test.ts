import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { storageError } from './storage-errors.ts';

const database = path.join('/lab', 'results', 'transfer-lab.db');
const inWords = (error: unknown) => storageError(error, database)?.message;

it('tells a fault of the database, of its folder, and of another file apart', () => {
  const failed = (code: string, at?: string) => Object.assign(new Error('no'), { code, path: at });
  expect(inWords(failed('SQLITE_FULL'))).toMatch(/^The database is .*transfer-lab\.db\. The disk is full/);
  expect(inWords(failed('EACCES', path.join('/lab', 'results')))).toMatch(/^The database is /);
  expect(inWords(failed('EACCES', path.join('/lab', 'results', 'a', 'cifar10.h5')))).toMatch(
    /^It is about .*cifar10\.h5\. It cannot be opened or read/,
  );
  expect(inWords(new Error('drizzle', { cause: failed('ENOSPC') }))).toMatch(
    /^It is about a file of the app\. The disk/,
  );
});

it('leaves other errors alone, those of files that are not there too', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'storage-errors-'));
  writeFileSync(path.join(folder, 'a'), '');
  for (const name of ['b', path.join('a', 'b')]) {
    let thrown: unknown;
    try {
      readFileSync(path.join(folder, name));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect(storageError(thrown, database)).toBeNull();
  }
  rmSync(folder, { recursive: true });
});
