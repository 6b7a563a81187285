import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { storageError } from './storage-errors.ts';

const database = path.join('/lab', 'results', 'transfer-lab.db');
const messageOf = (error: unknown) => storageError(error, database)?.message;

it('distinguishes errors of the database, its folder and other files', () => {
  const failed = (code: string, at?: string) => Object.assign(new Error('no'), { code, path: at });
  expect(messageOf(failed('SQLITE_FULL'))).toMatch(
    /^Cannot write to the database .*transfer-lab\.db: the disk is full/,
  );
  expect(messageOf(failed('EACCES', path.join('/lab', 'results')))).toMatch(/^Cannot open or read the database /);
  expect(messageOf(failed('EACCES', path.join('/lab', 'results', 'a', 'cifar10.h5')))).toMatch(
    /^Cannot open or read .*cifar10\.h5: access is denied/,
  );
  expect(messageOf(new Error('drizzle', { cause: failed('ENOSPC') }))).toMatch(
    /^Cannot write to a file of the app: the disk/,
  );
});

it('ignores other errors, including those of missing files', () => {
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
