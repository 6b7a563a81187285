import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, vi } from 'vitest';
import type { RunEvent } from '@/lib/run/events.ts';
import type { Context } from '@/server/context.ts';
import { deleteRun } from '@/server/runs/commands/delete.ts';
import { resumeRun } from '@/server/runs/commands/resume.ts';
import { findRow, listRuns, readRun } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { adoptRuns } from './adopt-runs.ts';

const id = '20261124-081530-4f2a';
const config = testConfig({ n_unfreeze: 30, name: 'from a terminal' });
const phase: RunEvent = { type: 'phase', at: 5, phase: 'prepare' };
const failed: RunEvent = { type: 'failed', at: 6, code: 'data-missing', message: 'No data.', lastLines: [] };

function writeJournal({ env }: Context, lines: object[], folder = id): string {
  const file = path.join(env.paths.results, folder, 'events.ndjson');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return file;
}

it('adopts a finished command-line run once, with all its events', async () => {
  const services = openServices();
  writeJournal(services, [{ runId: id, config, createdAt: 4 }, phase, failed]);
  await adoptRuns(services);
  await adoptRuns(services);
  expect(listRuns(services.db).runs).toHaveLength(1);
  const run = await readRun(services, id);
  expect(run).toMatchObject({ name: 'from a terminal', status: 'failed', error: 'No data.', createdAt: 4, config });
  expect(run.events.map(({ event }) => event)).toEqual([phase, failed]);
});

it('exports the files of a run that was canceled in the terminal', async () => {
  const services = openServices();
  const metrics = { accuracy: 0.5, loss: 1, val_accuracy: 0.4, val_loss: 1, learning_rate: 0.001 };
  const epoch: RunEvent = {
    type: 'epoch',
    at: 6,
    stage: 1,
    epoch: 1,
    epochs: 3,
    metrics,
    seconds: 1,
    imagesPerSecond: 80,
  };
  writeJournal(services, [{ runId: id, config, createdAt: 4 }, epoch, { type: 'canceled', at: 7 }]);
  await adoptRuns(services);
  expect(await readRun(services, id)).toMatchObject({ status: 'canceled', exportPending: true });
  services.queue.wake();
  await vi.waitFor(async () => expect((await readRun(services, id)).exportPending).toBe(false), 90_000);
  expect((await readRun(services, id)).files.map(({ name }) => name)).toContain('cifar10.h5');
});

it('adopts a killed command-line run as interrupted, despite an incomplete last line, and can resume it', async () => {
  const services = openServices();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const file = writeJournal(services, [{ runId: id, config, createdAt: 4, pid: child.pid }, phase]);
  appendFileSync(file, JSON.stringify(failed).slice(0, 20));
  await adoptRuns(services);
  expect(listRuns(services.db).runs, 'while its process lives').toEqual([]);
  child.kill('SIGKILL');
  await once(child, 'close');
  await adoptRuns(services);
  expect(await readRun(services, id)).toMatchObject({
    status: 'interrupted',
    error: expect.stringContaining('terminal'),
  });
  await resumeRun(services, id);
  expect((await readRun(services, id)).status).not.toBe('interrupted');
});

it('waits while a run is still writing its journal', async () => {
  const services = openServices();
  const file = writeJournal(services, [{ runId: id, config, createdAt: 4 }, phase]);
  await adoptRuns(services);
  const last = `${JSON.stringify(failed)}\n`;
  appendFileSync(file, last.slice(0, 20));
  await adoptRuns(services);
  expect(listRuns(services.db).runs).toEqual([]);
  appendFileSync(file, last.slice(20));
  await adoptRuns(services);
  expect(listRuns(services.db).runs).toHaveLength(1);
});

it('accepts a log elsewhere in the results folder, but no other file', async () => {
  const services = openServices();
  const inside = path.join(services.env.paths.results, 'mine.json');
  const outside = '20261124-081530-4f2b';
  const database = '20261124-081530-4f2c';
  const journal = [{ runId: database, config, createdAt: 4, logFile: services.env.databasePath }, failed];
  writeJournal(services, journal, database);
  writeJournal(services, [{ runId: id, config, createdAt: 4, logFile: inside }, failed]);
  writeJournal(services, [{ runId: outside, config, createdAt: 4, logFile: '/etc/passwd' }, failed], outside);
  await adoptRuns(services);
  expect(findRow(services.db, id).logFile).toBe('mine.json');
  expect(findRow(services.db, outside).logFile).toBe(`run_${outside}.json`);
  expect(findRow(services.db, database).logFile).toBe(`run_${database}.json`);
});

it('ignores other folders, journals of another run, and invalid journals', async () => {
  const services = openServices();
  writeJournal(services, [{ runId: 'notes', config, createdAt: 4 }, failed], 'notes');
  writeJournal(services, [{ runId: id, config, createdAt: 4 }, failed], '20261124-081530-4f2b');
  writeJournal(services, [{ runId: '20261124-081530-4f2c' }, failed], '20261124-081530-4f2c');
  await adoptRuns(services);
  expect(listRuns(services.db).runs).toEqual([]);
});

it('does not restore a deleted run', async () => {
  const services = openServices();
  writeJournal(services, [{ runId: id, config, createdAt: 4 }, failed]);
  await adoptRuns(services);
  await deleteRun(services, id);
  await adoptRuns(services);
  expect(listRuns(services.db).runs).toEqual([]);
});
