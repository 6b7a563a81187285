import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import {
  hdf5,
  makeBlackArchive,
  makeFolder,
  sendsFile,
  sendsStatus,
  serveFile,
  sha256Of,
} from '@/server/data/source.test-helper.ts';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { startApp } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

it('downloads the data with two buttons despite failures, and the waiting run starts', async () => {
  const archive = await makeBlackArchive();
  const cifar10 = await serveFile(archive);
  const weights = await serveFile(hdf5(5000));
  const started = startApp({
    TRAINER_ENTRY: scriptedTrainer,
    DATA_DIR: path.join(await makeFolder(), 'data'),
    CIFAR10_URL: cifar10.url,
    CIFAR10_SHA256: sha256Of(archive),
    WEIGHTS_URL: weights.url,
  });
  const { app, page, close } = await openAppPage(started);
  cleanups.push(close);
  const card = page.getByRole('region', { name: 'Missing data' });
  const click = (name: string | RegExp) => card.getByRole('button', { name }).click();

  await visit(page, app.url);
  await card.getByText('CIFAR-10 and ImageNet weights are not downloaded yet').waitFor();
  cifar10.answers = [
    sendsFile({ stallsAfter: Math.floor(archive.length / 2) }),
    sendsStatus(200, { 'content-type': 'text/html' }),
  ];
  await click(/^Download CIFAR-10/);
  await click(/^Download ImageNet weights/);
  await card.getByText('CIFAR-10 is not downloaded yet').waitFor();
  const bar = card.getByRole('progressbar', { name: 'Downloading CIFAR-10' });
  await expect.poll(() => bar.getAttribute('aria-valuenow')).toMatch(/^(49|50)$/);

  // Other pages show the same progress, and a run waits for the download.
  const { id } = await app.trpc.runs.start.mutate({ name: 'completes' });
  await visit(page, `${app.url}/runs/${id}`);
  await expect.poll(() => bar.getAttribute('aria-valuenow')).toMatch(/^(49|50)$/);
  await page.getByText(/waiting for CIFAR-10/).waitFor();
  await click('Stop');
  await card.getByText(/^Stopped after/).waitFor();
  await click('Resume');
  await card.getByRole('alert').getByText('a web page instead of the file').waitFor();
  expect(await page.locator('main').getAttribute('data-run-status')).toBe('queued');
  await click('Try again');
  await expect.poll(() => page.locator('main').getAttribute('data-run-status')).toBe('completed');
  expect(await card.count()).toBe(0);
  expect(cifar10.requests.map(({ range }) => range?.split('-')[0])).toEqual([
    undefined,
    ...Array(2).fill(expect.stringMatching(/^bytes=\d+$/)),
  ]);
}, 600_000);
