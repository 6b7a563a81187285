import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { unzipSync } from 'fflate';
import { expect, test, vi } from 'vitest';
import { RunNotFoundError } from '@/server/errors.ts';
import { startRun } from '@/server/runs/commands/start.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { openDownload } from './open-download.ts';

async function completeRun() {
  const services = openServices();
  const { id } = await startRun(services, testConfig({ name: 'completes' }));
  await vi.waitFor(async () => expect((await readRun(services, id)).status).toBe('completed'), 90_000);
  return { services, id };
}

test('metrics.csv has one line per epoch', async () => {
  const { services, id } = await completeRun();
  const { events } = await readRun(services, id);
  const csv = await openDownload(services, id, 'metrics.csv');
  const lines = (await text(csv!.content)).trimEnd().split('\n');
  expect(lines[0]).toContain('val_accuracy');
  expect(lines).toHaveLength(1 + events.filter(({ event }) => event.type === 'epoch').length);
  expect(lines.length).toBeGreaterThan(1);
});

test('run.zip contains every file of the run unchanged, and its curves', async () => {
  const { services, id } = await completeRun();
  const model = Buffer.from('not packed, not changed');
  writeFileSync(path.join(services.env.paths.results, id, 'cifar10.h5'), model);
  const archive = await openDownload(services, id, 'run.zip');
  const files = unzipSync(await buffer(archive!.content));
  const { files: listed } = await readRun(services, id);
  expect(Object.keys(files).sort()).toEqual([...listed.map(({ name }) => `${id}/${name}`), `${id}/metrics.csv`].sort());
  expect(model.equals(files[`${id}/cifar10.h5`]!)).toBe(true);
});

test('tensorboard.zip contains event files in a folder named after the run', async () => {
  const { services, id } = await completeRun();
  const archive = await openDownload(services, id, 'tensorboard.zip');
  const names = Object.keys(unzipSync(await buffer(archive!.content)));
  expect(names.map((name) => name.replace(/\d+\.transfer-lab$/, '…'))).toEqual([
    `completes-${id.slice(-4)}/train/events.out.tfevents.…`,
    `completes-${id.slice(-4)}/validation/events.out.tfevents.…`,
  ]);
});

test('missing files are null, and an unknown run is an error', async () => {
  const services = openServices();
  const { id } = await startRun(services, testConfig({ name: 'begins' }));
  for (const name of [
    'cifar10.onnx',
    'tfjs.zip',
    'metrics.csv',
    'tensorboard.zip',
    '../transfer-lab.db',
    'constructor',
    '',
  ]) {
    expect(await openDownload(services, id, name), name).toBeNull();
  }
  await expect(openDownload(services, 'unknown', 'run.zip')).rejects.toThrow(RunNotFoundError);
  const folder = path.join(services.env.paths.results, id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'cifar10.onnx'), 'ONNX');
  expect(await text((await openDownload(services, id, 'cifar10.onnx'))!.content)).toBe('ONNX');
});

/** Starts downloading `run.zip`. Its largest file fills every buffer, so that only the beginning has been read. */
async function beginArchive() {
  const { services, id } = await completeRun();
  const folder = path.join(services.env.paths.results, id);
  writeFileSync(path.join(folder, 'cifar10.h5'), Buffer.alloc(4 * 1024 * 1024));
  const { content } = (await openDownload(services, id, 'run.zip'))!;
  const chunks = content[Symbol.asyncIterator]();
  const first: Buffer = (await chunks.next()).value;
  const rest = async () => {
    const read = [first];
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) read.push(next.value);
    return Buffer.concat(read);
  };
  return { id, folder, rest };
}

test('run.zip includes lines appended to a log during the download', async () => {
  const { id, folder, rest } = await beginArchive();
  appendFileSync(path.join(folder, 'trainer.log'), 'one line more\n');
  const files = unzipSync(await rest());
  expect(Buffer.from(files[`${id}/trainer.log`]!).toString()).toMatch(/^pid \d+\n.*one line more\n$/s);
});

test('deleting a run during a download of run.zip aborts only the download', async () => {
  const { folder, rest } = await beginArchive();
  rmSync(folder, { recursive: true });
  await expect(rest()).rejects.toMatchObject({ code: 'ENOENT' });
});
