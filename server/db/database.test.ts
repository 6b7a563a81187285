import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { events, imports, runs } from '@/drizzle/schema.ts';
import { settingFields } from '@/lib/config/field-table.ts';
import { logFactsSchema } from '@/lib/run/log-facts.ts';
import { testConfig } from '@/server/services.test-helper.ts';
import { inProject } from '@/tools/testing/paths.ts';
import { openDatabase } from './database.ts';

const migrations = inProject('drizzle/migrations');
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'db-'));
  file = path.join(folder, 'lab.db');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openDatabase(file, migrations);

/** Creates a database as an older version of the project left it. */
function createOlderDatabase(): void {
  const db = open();
  db.insert(runs)
    .values({ id: 'a', name: 'a', config: testConfig(), logFile: 'a', createdAt: 1, status: 'completed' })
    .run();
  db.insert(runs)
    .values({ id: 'log', name: 'log', config: testConfig(), logFile: 'log', createdAt: 1, status: 'imported' })
    .run();
  const config = { n_unfreeze: 0, img_size: 96, base_model: 'MobileNetV2', seed: null };
  db.insert(events)
    .values({ runId: 'log', event: { type: 'imported', at: 1, file: 'log', config } })
    .run();
  db.insert(imports).values({ file: 'log', bytes: 1, modifiedAt: 1, runId: 'log' }).run();
  db.$client.exec('ALTER TABLE runs ADD COLUMN augmentation text; DROP INDEX events_type');
  db.$client.exec('DROP INDEX runs_start_key_unique; ALTER TABLE runs DROP COLUMN start_key');
  db.$client.exec(
    'ALTER TABLE runs DROP COLUMN attempt; ALTER TABLE runs DROP COLUMN fruitless; ALTER TABLE runs DROP COLUMN log_facts',
  );
  db.$client.exec(
    'DELETE FROM __drizzle_migrations WHERE created_at IN (SELECT created_at FROM __drizzle_migrations ORDER BY created_at DESC LIMIT 4)',
  );
  db.$client.close();
}

describe('openDatabase', () => {
  it('syncs commits to disk, waits for locks and enforces foreign keys', () => {
    const { $client } = open();
    const read = (name: string) => $client.pragma(name, { simple: true });
    expect([read('journal_mode'), read('synchronous'), read('foreign_keys')]).toEqual(['wal', 2, 1]);
    expect(read('busy_timeout')).toBe(5000);
    $client.close();
  });

  it('copies the file before it migrates it', () => {
    createOlderDatabase();
    const db = open();
    expect(db.select({ id: runs.id, attempt: runs.attempt }).from(runs).all()).toEqual([
      { id: 'a', attempt: 0 },
      { id: 'log', attempt: 0 },
    ]);
    expect(db.$client.pragma('index_list(events)')).toContainEqual(expect.objectContaining({ name: 'events_type' }));
    db.$client.close();
    const [copy] = readdirSync(folder).filter((name) => name.includes('before-migration'));
    const before = new Sqlite(path.join(folder, copy!));
    expect(before.prepare('SELECT id FROM runs').pluck().all()).toEqual(['a', 'log']);
    expect(before.pragma('table_info(runs)')).not.toContainEqual(expect.objectContaining({ name: 'attempt' }));
    expect(before.pragma('index_list(events)')).not.toContainEqual(expect.objectContaining({ name: 'events_type' }));
    before.close();
  });

  it('finds the fields that imported logs do not contain, and has logs that are still there read again', () => {
    createOlderDatabase();
    const db = open();
    const [own, log] = db.select({ facts: runs.logFacts }).from(runs).all();
    expect(own!.facts).toBeNull();
    const inLog = ['n_unfreeze', 'image_size', 'backbone'];
    expect(logFactsSchema.parse(log!.facts).unknown).toEqual(settingFields.filter((name) => !inLog.includes(name)));
    expect(db.select({ modifiedAt: imports.modifiedAt }).from(imports).all()).toEqual([{ modifiedAt: -1 }]);
    db.$client.close();
  });

  it('rejects a file written by a newer version and leaves it unchanged', () => {
    const db = open();
    db.$client.exec(`INSERT INTO __drizzle_migrations (hash, created_at) VALUES ('x', ${Date.now() * 2})`);
    db.$client.close();
    const before = readFileSync(file);
    expect(open).toThrow(/newer version.*DATABASE_PATH/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('rejects a damaged file and leaves it unchanged', () => {
    writeFileSync(file, 'not a database, but a file that may still be needed');
    expect(open).toThrow(/damaged.*move it away/);
    expect(readFileSync(file, 'utf8')).toContain('may still be needed');

    rmSync(file);
    const db = open();
    for (let i = 0; i < 200; i++) db.$client.exec(`CREATE TABLE t${i} (x)`);
    db.$client.close();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4096 * 3, 4096 * 9);
    writeFileSync(file, bytes);
    expect(open).toThrow(/damaged/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('reports a file that another program has locked', () => {
    open().$client.close();
    const other = new Sqlite(file);
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE; COMMIT');
    expect(open).toThrow(/locked/);
    other.close();
    open().$client.close();
  }, 60_000);

  it.skipIf(process.getuid?.() === 0)('reports a folder that is not writable', () => {
    chmodSync(folder, 0o500);
    expect(open).toThrow(/Cannot open|read-only/);
    chmodSync(folder, 0o700);
  });
});
