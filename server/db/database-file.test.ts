import { copyFileSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';
import { openDatabase } from './database.ts';
import { DatabaseFile } from './database-file.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'database-file-'));
  file = path.join(folder, 'lab.db');
});

/** Opens a database with one table of values that are only in the write-ahead log. */
function open(...values: string[]) {
  const { $client: sqlite } = openDatabase(file, inProject('drizzle/migrations'));
  onTestFinished(() => {
    sqlite.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const add = (value: string) => sqlite.prepare('INSERT INTO notes VALUES (?)').run(value);
  sqlite.exec('CREATE TABLE notes (text TEXT)');
  for (const value of values) add(value);
  return { sqlite, add, databaseFile: new DatabaseFile(sqlite, file) };
}

function notesOf(name: string): unknown[] {
  const sqlite = openSqlite(path.join(folder, name));
  try {
    return sqlite.prepare('SELECT text FROM notes').pluck().all();
  } finally {
    sqlite.close();
  }
}

const saved = (): string[] => readdirSync(folder).filter((name) => name.includes('.saved-'));

it('reports nothing while the file is in place', () => {
  const { databaseFile, add } = open('a');
  add('b');
  expect(databaseFile.problem()).toBeNull();
  expect(saved()).toEqual([]);
});

it('reports a deleted file, and saves its content once', () => {
  const { databaseFile } = open('a', 'b');
  rmSync(file);
  expect(databaseFile.problem()).toMatch(/lab\.db was deleted or moved .* Put the file back, or restart the server/);
  expect(databaseFile.problem()).toContain(`saved as ${path.join(folder, saved()[0]!)}; to continue`);
  expect(saved()).toHaveLength(1);
  expect(notesOf(saved()[0]!)).toEqual(['a', 'b']);
});

it('reports nothing any more once the moved file is back, and nothing is lost', () => {
  const { databaseFile, add, sqlite } = open('a');
  renameSync(file, `${file}.moved`);
  expect(databaseFile.problem()).not.toBeNull();
  add('b');
  renameSync(`${file}.moved`, file);
  expect(databaseFile.problem()).toBeNull();
  expect(sqlite.prepare('SELECT text FROM notes').pluck().all()).toEqual(['a', 'b']);
  expect(notesOf('lab.db')).toEqual(['a', 'b']);
});

it('reports a replaced file, and leaves nothing in the write-ahead log that would be applied to the new one', () => {
  const { databaseFile, add } = open('a');
  const other = path.join(folder, 'other.db');
  const sqlite = openSqlite(other);
  sqlite.exec("CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('new')");
  sqlite.close();
  renameSync(other, file);
  expect(databaseFile.problem()).toMatch(/was replaced by another file .* restart the server/);
  add('late');
  databaseFile.problem();
  expect(statSync(`${file}-wal`).size).toBe(0);
  copyFileSync(file, `${file}.now`);
  expect(notesOf('lab.db.now')).toEqual(['new']);
  expect(notesOf(saved()[0]!)).toEqual(['a']);
});

it('says so if no copy can be saved', () => {
  const { databaseFile } = open('a');
  vi.spyOn(console, 'error').mockImplementation(() => {});
  rmSync(folder, { recursive: true });
  expect(databaseFile.problem()).toMatch(/was deleted or moved .* No copy of the content could be saved \(/);
});
