import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { realData } from '@/server/model/network/real-data.test-helper.ts';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';

/** A complete small run from the form to the model file, on CIFAR-10, or on sketch10 if that is not downloaded. */

/** Signature at the start of every HDF5 file (HDF5 File Format Specification, “Superblock”). */
const hdf5Signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** Takes about a minute on two cores. Has enough epochs in stage 2 to reload between them; those of sketch10 are short. */
const settings = {
  name: 'browser test',
  n_unfreeze: '2',
  batch_size: '32',
  epochs_stage1: '3',
  ...(realData ? { train_limit: '500', epochs_stage2: '9' } : { train_limit: '4000', epochs_stage2: '12' }),
};

describe('the main job', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(startApp(), { acceptDownloads: true });
    ({ app, page } = opened);
    return opened.close;
  });

  /** How many epochs the accuracy chart shows. */
  const shownEpochs = async () => {
    const label = await page.getByRole('figure', { name: /^accuracy/ }).getAttribute('aria-label');
    return Number(/(\d+) epochs/.exec(label ?? '')?.[1] ?? 0);
  };
  const waitForEpochs = (count: number) => expect.poll(shownEpochs, { timeout: 120_000 }).toBeGreaterThanOrEqual(count);
  const status = () => page.locator('main').getAttribute('data-run-status');

  it('leads from the form to live curves, the table and cifar10.h5', { timeout: 400_000 }, async () => {
    await visit(page, app.url);
    await page.getByRole('link', { name: 'Configure a run' }).click();

    // An invalid value is marked with a message, and nothing is submitted.
    await page.locator('[name=n_unfreeze]').fill('103');
    await page.locator('[type=submit]').click();
    await expect.poll(() => page.locator('[name=n_unfreeze]').getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('form').textContent()).toContain('102 or less');
    expect(await page.locator('form').textContent()).toContain('Fix 1 field to start.');
    expect(await app.trpc.runs.list.query()).toEqual({ runs: [], total: 0 });

    for (const [name, value] of Object.entries(settings)) await page.locator(`[name=${name}]`).fill(value);
    await page.locator('[name=image_size]').selectOption('96');
    await page.locator('[name=augment]').check();
    await page.locator('[type=submit]').click();
    await page.waitForURL(/\/runs\/\d{8}-/);
    const id = page.url().split('/').at(-1)!;

    // At least three epochs arrive without a reload of the page.
    await page.evaluate(() => document.body.setAttribute('data-never-reloaded', ''));
    const initialEpochs = await shownEpochs();
    await waitForEpochs(initialEpochs + 3);
    expect(await page.locator('body[data-never-reloaded]').count()).toBe(1);

    // A reload during the run loses nothing.
    await waitForEpochs(5);
    const before = await shownEpochs();
    expect(await status()).toBe('running');
    await reload(page);
    await waitForEpochs(before);
    await expect.poll(status, { timeout: 240_000 }).toBe('completed');
    const run = await app.trpc.runs.get.query({ id });
    const recorded = run.events.filter(({ event }) => event.type === 'epoch').length;
    expect(recorded).toBeGreaterThan(5);
    await expect.poll(shownEpochs).toBe(recorded);

    // The confusion matrix is labelled with its accuracy.
    const matrix = page.getByRole('table', { name: /confusion matrix/i });
    await matrix.waitFor();
    expect(await matrix.getByRole('cell').count()).toBe(100);
    const withTta = `${(run.metrics!.test_tta! * 100).toFixed(2)}\u00a0%`;
    expect(await page.locator('main').textContent()).toContain(`with test-time augmentation: ${withTta}`);

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'cifar10.h5' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('cifar10.h5');
    const file = await readFile(await download.path());
    expect(file.subarray(0, 8)).toEqual(hdf5Signature);
    expect(file.length).toBe(run.files.find(({ name }) => name === 'cifar10.h5')!.bytes);

    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    const row = page.locator(`[data-run-id="${id}"]`);
    await row.waitFor();
    const text = await row.textContent();
    expect(text).toContain(settings.name);
    expect(text).toContain(`${(run.metrics!.test_end2end! * 100).toFixed(2)}\u00a0%`);
  });
});
