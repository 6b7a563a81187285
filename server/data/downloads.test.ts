import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { weightsFileName } from '@/lib/data/data-files.ts';
import type { Context } from '@/server/context.ts';
import { createCaller } from '@/server/router.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { type FileServer, gives, hdf5, makeBlackCifar10, makeFolder, says, serveFile } from './source.test-helper.ts';

/** A server that lacks only the weights, and where they come from. */
async function openLackingWeights(): Promise<{ services: Context; source: FileServer; data: string }> {
  const source = await serveFile(hdf5(5000));
  const data = await makeFolder();
  await makeBlackCifar10(data);
  const services = openServices(undefined, { DATA_DIR: data, WEIGHTS_URL: source.url.replace('/file', '/keras') });
  return { services, source, data };
}

const stateOf = async (services: Context, part: string) =>
  (await createCaller(services).data.status()).parts.find((each) => each.part === part)!.state;
const ended = (services: Context) =>
  expect.poll(async () => (await stateOf(services, 'weights-224')).is).not.toBe('coming');

describe('downloads', () => {
  it('fetch a part once, whoever asks, and tell how far it is', async () => {
    const { services, source, data } = await openLackingWeights();
    const caller = createCaller(services);
    source.answers = [gives({ stallsAfter: 3000 })];
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

  it('are gone on with after the server was ended in the midst of one', async () => {
    const { services, source, data } = await openLackingWeights();
    source.answers = [gives({ stallsAfter: 3000 })];
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

  it('say why one failed, until it is tried again', async () => {
    const { services, source } = await openLackingWeights();
    source.answers = [says(404)];
    services.downloads.start('weights-224');
    await ended(services);
    expect(await stateOf(services, 'weights-224')).toMatchObject({
      is: 'failed',
      code: 'http-status',
      bytes: 0,
      message: expect.stringContaining(`/keras/${weightsFileName(224)}`),
    });
    services.downloads.start('weights-224');
    await ended(services);
    expect(await stateOf(services, 'weights-224')).toEqual({ is: 'present' });
  });

  it('do not take a weights file that is cut short for whole', async () => {
    const { services, source, data } = await openLackingWeights();
    source.answers = [(parts) => gives()({ ...parts, file: hdf5(5000).subarray(0, 4000) })];
    services.downloads.start('weights-96');
    await expect.poll(async () => (await stateOf(services, 'weights-96')).is).toBe('failed');
    expect(await stateOf(services, 'weights-96')).toMatchObject({ code: 'damaged' });
    await writeFile(path.join(data, weightsFileName(128)), hdf5(5000).subarray(0, 4000));
    const problem = `${weightsFileName(128)} has 4000 bytes of 5000.`;
    expect(await stateOf(services, 'weights-128')).toEqual({ is: 'missing', problem });
  });

  it('are asked for by name', async () => {
    const { services } = await openLackingWeights();
    const refused = createCaller(services).data.get({ part: 'weights-100' as 'weights-96' });
    await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('a run that lacks data', () => {
  it('waits while that comes, and goes on when it is there', async () => {
    const { services, source } = await openLackingWeights();
    source.answers = [gives({ stallsAfter: 3000 })];
    services.downloads.start('weights-224');
    await expect.poll(() => source.bytesSent).toBe(3000);
    const id = await startScene(services, 'completes');
    expect((await readRun(services, id)).status).toBe('queued');
    services.downloads.stop('weights-224');
    await ended(services);
    expect((await readRun(services, id)).status).toBe('queued');
    services.downloads.start('weights-224');
    await until(services, id, 'completed');
  });

  it('waits on where that failed, and lets those pass that lack nothing', async () => {
    const { services, source, data } = await openLackingWeights();
    source.answers = [says(404)];
    services.downloads.start('weights-224');
    await ended(services);
    const id = await startScene(services, 'completes');
    await writeFile(path.join(data, weightsFileName(96)), hdf5(5000));
    const { id: passing } = await createCaller(services).runs.start({ name: 'completes', image_size: 96 });
    await until(services, passing, 'completed');
    expect((await readRun(services, id)).status).toBe('queued');
    await writeFile(path.join(data, weightsFileName(224)), hdf5(5000));
    await until(services, id, 'completed');
  });

  it('waits, and the reason is told, where there is neither a data folder nor a network', async () => {
    const DATA_DIR = path.join(await makeFolder(), 'nowhere');
    const services = openServices(undefined, { DATA_DIR, CIFAR10_URL: 'http://127.0.0.1:1/cifar.tar.gz' });
    services.downloads.start('cifar10');
    const id = await startScene(services, 'completes');
    await expect
      .poll(() => stateOf(services, 'cifar10'))
      .toMatchObject({
        is: 'failed',
        code: 'unreachable',
        message: '127.0.0.1:1 cannot be reached (ECONNREFUSED). Is this machine online? Then try again.',
      });
    expect((await readRun(services, id)).status).toBe('queued');
  });
});
