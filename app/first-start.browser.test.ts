import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { hdf5, makeFolder, serveFile } from '@/server/data/source.test-helper.ts';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { startApp } from '@/tools/testing/app-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

it('completes a first run after one click, without data and without a network', async () => {
  const source = await serveFile(hdf5(5000));
  const DATA_DIR = path.join(await makeFolder(), 'data');
  const started = startApp({ DATA_DIR, CIFAR10_URL: source.url, WEIGHTS_URL: source.url });
  const { app, page, close } = await openAppPage(started);
  cleanups.push(close);

  // The form selects the bundled data, with a note.
  await visit(page, `${app.url}/runs/new`);
  const offer = page.getByRole('region', { name: 'Missing data' });
  await offer.getByText('new runs use the bundled sketch10 dataset').waitFor();
  await offer.getByRole('button', { name: /^Download CIFAR-10/ }).waitFor();
  const readValue = (name: string) => page.locator(`[name="${name}"]`).inputValue();
  expect([await readValue('dataset'), await readValue('backbone')]).toEqual(['sketch10', 'sketch']);
  await page.getByText('8,000 training').waitFor();

  await visit(page, app.url);
  await offer.getByText('CIFAR-10 and ImageNet weights are not downloaded yet').waitFor();
  await offer.getByText('Download manually').click();
  await offer.getByText(DATA_DIR).first().waitFor();
  await page.getByRole('button', { name: 'Start the first run' }).click();
  await page.waitForURL(/\/runs\/\d{8}-/);
  const status = () => page.locator('main').getAttribute('data-run-status');
  await expect.poll(status, { timeout: 400_000, interval: 500 }).toBe('completed');
  const run = await app.trpc.runs.get.query({ id: page.url().split('/').at(-1)! });
  expect(run.config).toMatchObject({ dataset: 'sketch10', backbone: 'sketch' });
  expect(run.test?.name).toContain('sketch10');
  expect(new Set(run.events.map(({ event }) => event.type === 'epoch' && event.stage))).toContain(2);
  await page.getByRole('link', { name: 'cifar10.h5' }).waitFor();

  // Nothing was downloaded.
  expect(source.requests).toEqual([]);
  expect(existsSync(DATA_DIR)).toBe(false);
}, 600_000);
