import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Context } from '@/server/context.ts';
import { createCaller } from '@/server/router.ts';
import { listRuns } from '@/server/runs/queries/read-runs.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { originalLogs } from '@/tools/testing/paths.ts';

const originals = originalLogs;
const text = readFileSync(path.join(originals, 'run_final_.json'), 'utf8');
const accented = JSON.stringify({ config: { name: "Zoë's été" }, metrics: { val_end2end: 0.5 } });
const drop = (services: Context, name: string, content: string) =>
  createCaller(services).logs.import({ name, text: content, modifiedAt: 1_700_000_000_000 });
const filesOf = ({ env }: Context) => readdirSync(env.paths.results).filter((name) => name.endsWith('.json'));

it('stores a dropped log in the results folder with its date, and recognizes it the next time', async () => {
  const services = openServices();
  const outcome = await drop(services, 'run_final_.json', text);
  expect(outcome).toMatchObject({ type: 'imported' });
  expect(listRuns(services.db).runs).toMatchObject([
    { name: 'run_final_', createdAt: 1_700_000_000_000, status: 'imported' },
  ]);
  expect(filesOf(services)).toEqual(['run_final_.json']);
  const { id } = outcome as { id: string };
  expect(await drop(services, 'again.json', text)).toEqual({ type: 'known', id });
  expect(filesOf(services)).toEqual(['run_final_.json']);
});

it.each([
  ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${accented}`)],
  ['UTF-16 as PowerShell writes it', Buffer.from(`\uFEFF${accented}`, 'utf16le')],
  ['UTF-16 without a byte order mark', Buffer.from(accented, 'utf16le')],
  ['Latin-1', Buffer.from(accented, 'latin1')],
])('imports a log in %s alike when it is dropped and when it lies in the folder', async (encoding, bytes) => {
  const [dropped, found] = [openServices(), openServices()];
  const log = { name: 'x.json', base64: bytes.toString('base64'), modifiedAt: 1_700_000_000_000 };
  expect(await createCaller(dropped).logs.import(log)).toMatchObject({ type: 'imported' });
  expect(readFileSync(path.join(dropped.env.paths.results, 'x.json')).equals(bytes)).toBe(true);
  writeFileSync(path.join(found.env.paths.results, 'x.json'), bytes);
  await found.logs.scan();
  for (const { db } of [dropped, found]) {
    const [run] = listRuns(db).runs;
    expect(run).toMatchObject({ name: "Zoë's été", valAccuracy: 0.5 });
    expect(run!.logFacts!.notes).toEqual(encoding === 'Latin-1' ? [expect.stringContaining('Windows-1252')] : []);
  }
});

it('reports what was left out', async () => {
  const log = { metrics: { val_end2end: 0.5 }, confusion_matrix: [[1, 2], [3]] };
  expect(await drop(openServices(), 'x.json', JSON.stringify(log))).toEqual({
    type: 'imported',
    id: expect.any(String),
    notes: ['matrix left out: row 2 has 1 entry'],
  });
});

it('renames a second log of the same name', async () => {
  const services = openServices();
  await drop(services, 'run.json', text);
  await drop(services, 'run.json', '{"metrics": {"val_end2end": 0.5}}');
  expect(filesOf(services)).toEqual(['run-2.json', 'run.json']);
  expect(
    listRuns(services.db)
      .runs.map(({ name }) => name)
      .sort(),
  ).toEqual(['run', 'run-2']);
});

it('does not write invalid logs', async () => {
  const services = openServices();
  expect(await drop(services, 'a.json', text.slice(0, 500))).toMatchObject({ type: 'refused' });
  expect(await drop(services, 'b.json', ' '.repeat(8_000_001))).toMatchObject({
    reason: expect.stringMatching(/^is 8\.0\sMB large/),
  });
  expect(filesOf(services)).toEqual([]);
});

it.each([
  ['../../evil.json', 'evil.json'],
  ['C:\\logs\\mine', 'mine.json'],
  ['..', 'log.json'],
  ['a<b>|c\0.json', 'a_b__c_.json'],
  ['.hidden.json', 'hidden.json'],
  [`${'a'.repeat(300)}.json`, `${'a'.repeat(200)}.json`],
  [`${'語'.repeat(100)}.json`, `${'語'.repeat(66)}.json`],
  [`a${'𠮷'.repeat(100)}.json`, `a${'𠮷'.repeat(49)}.json`],
])('writes %j to the results folder as %s', async (name, expected) => {
  const services = openServices();
  await drop(services, name, text);
  expect(filesOf(services)).toEqual([expected]);
});
