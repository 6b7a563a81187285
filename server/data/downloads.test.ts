import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { weightsFileName } from '@/lib/data/data-files.ts';
import type { Context } from '@/server/context.ts';
import { createCaller } from '@/server/router.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import {
  type FileServer,
  hdf5,
  makeBlackCifar10,
  makeFolder,
  sendsFile,
  sendsStatus,
  serveFile,
} from './source.test-helper.ts';

/** Services whose data folder is missing only the weights, and the file server to download them from. */
async function openWithoutWeights(): Promise<{ services: Context; source: FileServer; data: string }> {
  const source = await serveFile(hdf5(5000));
  const data = await makeFolder();
  await makeBlackCifar10(data);
  const services = openServices(undefined, { DATA_DIR: data, WEIGHTS_URL: source.url.replace('/file', '/keras') });
  return { services, source, data };
}

const stateOf = async (services: Context, part: string) =>
  (await createCaller(services).data.status()).parts.find((each) => each.part === part)!.state;
const untilEnded = (services: Context) =>
  expect.poll(async () => (await stateOf(services, 'weights-224')).is).not.toBe('coming');

describe('downloads', () => {
  it('download a part once for all callers and report progress', async () => {
    const { services, source, data } = await openWithoutWeights();
    const caller = createCaller(services);
    source.answers = [sendsFile({ stallsAfter: 3000 })];
    expect(await stateOf(services, 'weights-224')).toEqual({ is: 'missing', problem: null });
    expect((await caller.data.get({ part: 'weights-224' })).is).toBe('coming');
    await expect
      .poll(() => stateOf(services, 'weights-224'))
      .toMatchObject({ is: 'coming', progress: { phase: 'downloading', bytes: 3000, total: 5000 } });
    await caller.data.get({ part: 'weights-224' });
    await caller.data.stop({ part: 'weights-224' });
    await expect.poll(() => stateOf(services, 'weights-224')).toEqual({ is: 'stopped', bytes: 3000 });
    await caller.data.get({ part: 'weights-224' });
    await expect.poll(() => stateOf(services, 'weights-224')).toEqual({ is: 'present' });
    expect([source.requests.length, source.bytesSent]).toEqual([2, 5000]);
    expect(await readdir(data)).toContain(weightsFileName(224));
  });

  it('resume after the server was stopped during one', async () => {
    const { services, source, data } = await openWithoutWeights();
    source.answers = [sendsFile({ stallsAfter: 3000 })];
    services.downloads.start('weights-224');
    await expect.poll(() => source.bytesSent).toBe(3000);
    await expect.poll(() => stateOf(services, 'weights-224')).toMatchObject({ progress: { bytes: 3000 } });
    await services.downloads.close();
    const next = openServices(undefined, { DATA_DIR: data, WEIGHTS_URL: source.url.replace('/file', '/keras') });
    expect(await stateOf(next, 'weights-224')).toEqual({ is: 'stopped', bytes: 3000 });
    next.downloads.start('weights-224');
    await expect.poll(() => stateOf(next, 'weights-224')).toEqual({ is: 'present' });
    expect(source.bytesSent).toBe(5000);
  });

  it('report why one failed until it is retried', async () => {
    const { services, source } = await openWithoutWeights();
    source.answers = [sendsStatus(404)];
    services.downloads.start('weights-224');
    await untilEnded(services);
    expect(await stateOf(services, 'weights-224')).toMatchObject({
      is: 'failed',
      code: 'http-status',
      bytes: 0,
      message: expect.stringContaining(`/keras/${weightsFileName(224)}`),
    });
    services.downloads.start('weights-224');
    await untilEnded(services);
    expect(await stateOf(services, 'weights-224')).toEqual({ is: 'present' });
  });

  it('reject a truncated weights file', async () => {
    const { services, source, data } = await openWithoutWeights();
    source.answers = [(parts) => sendsFile()({ ...parts, file: hdf5(5000).subarray(0, 4000) })];
    services.downloads.start('weights-96');
    await expect.poll(async () => (await stateOf(services, 'weights-96')).is).toBe('failed');
    expect(await stateOf(services, 'weights-96')).toMatchObject({ code: 'damaged' });
    await writeFile(path.join(data, weightsFileName(128)), hdf5(5000).subarray(0, 4000));
    const problem = `${weightsFileName(128)} has 4000 of 5000 bytes.`;
    expect(await stateOf(services, 'weights-128')).toEqual({ is: 'missing', problem });
  });

  it('accept only known parts', async () => {
    const { services } = await openWithoutWeights();
    const refused = createCaller(services).data.get({ part: 'weights-100' as 'weights-96' });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('a run whose data is missing', () => {
  it('waits for the download and starts when it is complete', async () => {
    const { services, source } = await openWithoutWeights();
    source.answers = [sendsFile({ stallsAfter: 3000 })];
    services.downloads.start('weights-224');
    await expect.poll(() => source.bytesSent).toBe(3000);
    const id = await startScene(services, 'completes');
    expect((await readRun(services, id)).status).toBe('queued');
    services.downloads.stop('weights-224');
    await untilEnded(services);
    expect((await readRun(services, id)).status).toBe('queued');
    services.downloads.start('weights-224');
    await until(services, id, 'completed');
  });

  it('keeps waiting after the download failed, while runs with complete data start', async () => {
    const { services, source, data } = await openWithoutWeights();
    source.answers = [sendsStatus(404)];
    services.downloads.start('weights-224');
    await untilEnded(services);
    const id = await startScene(services, 'completes');
    await writeFile(path.join(data, weightsFileName(96)), hdf5(5000));
    const { id: passing } = await createCaller(services).runs.start({ name: 'completes', image_size: 96 });
    await until(services, passing, 'completed');
    expect((await readRun(services, id)).status).toBe('queued');
    await writeFile(path.join(data, weightsFileName(224)), hdf5(5000));
    await until(services, id, 'completed');
  });

  it('waits, with a reason, without a data folder and network', async () => {
    const DATA_DIR = path.join(await makeFolder(), 'nowhere');
    const services = openServices(undefined, { DATA_DIR, CIFAR10_URL: 'http://127.0.0.1:1/cifar.tar.gz' });
    services.downloads.start('cifar10');
    const id = await startScene(services, 'completes');
    await expect
      .poll(() => stateOf(services, 'cifar10'))
      .toMatchObject({
        is: 'failed',
        code: 'unreachable',
        message: '127.0.0.1:1 cannot be reached (ECONNREFUSED). Check that this machine is online, then try again.',
      });
    expect((await readRun(services, id)).status).toBe('queued');
  });
});
