import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** Canceling in the browser, with a scripted trainer. */

const TRAINER_ENTRY = scriptedTrainer;

describe('cancel', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    return opened.close;
  }, 600_000);

  const start = async (name: string) => (await app.trpc.runs.start.mutate({ name })).id;
  /** Opens a run's page once its first epoch is recorded. */
  const openRun = async (id: string) => {
    const valAccuracy = async () => (await app.trpc.runs.get.query({ id })).valAccuracy;
    await expect.poll(valAccuracy).not.toBeNull();
    await visit(page, `${app.url}/runs/${id}`);
    await page.evaluate(() => document.body.setAttribute('data-never-reloaded', ''));
  };
  const expectStatus = (status: string) =>
    expect.poll(() => page.locator('main').getAttribute('data-run-status')).toBe(status);
  const model = () => page.getByRole('listitem').filter({ hasText: 'cifar10.h5' });
  const openDialog = () => page.getByRole('button', { name: 'Cancel', exact: true }).click();
  const confirm = () => page.getByRole('button', { name: 'Cancel run' }).click();

  it('asks for confirmation, and shows that files are being exported until they can be downloaded', async () => {
    const id = await start('stubborn');
    await openRun(id);
    await openDialog();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Keep running' }).click();
    await expectStatus('running');
    await openDialog();
    await confirm();
    await expectStatus('canceled');
    expect(await model().textContent()).toContain('Exporting …');
    expect(await model().getByRole('link').count()).toBe(0);
    await app.trpc.runs.delete.mutate({ id });
  });

  it('keeps the curves and exports the model of the last completed epoch, without a reload', async () => {
    const id = await start('waits');
    await openRun(id);
    await openDialog();
    await confirm();
    await expectStatus('canceled');
    await model().getByRole('link').waitFor();
    expect(await page.getByRole('status').allTextContents()).toContainEqual(
      expect.stringContaining('stage 1, epoch 1'),
    );
    expect(await page.getByRole('figure', { name: /^accuracy/ }).getAttribute('aria-label')).toContain('1 epoch');
    expect(await page.locator('body[data-never-reloaded]').count()).toBe(1);
    const [download] = await Promise.all([page.waitForEvent('download'), model().getByRole('link').click()]);
    expect(download.suggestedFilename()).toBe('cifar10.h5');
  });

  it('removes a run from the queue, as the table shows', async () => {
    const first = await start('waits');
    const id = await start('completes');
    await visit(page, `${app.url}/runs/${id}`);
    await expectStatus('queued');
    await openDialog();
    await confirm();
    await expectStatus('canceled');
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    const row = (run: string) => page.locator(`[data-run-id="${run}"]`);
    await expect.poll(() => row(id).textContent()).toContain('canceled');
    expect(await row(first).textContent()).toContain('running');
    await app.trpc.runs.cancel.mutate({ id: first });
  });

  it('updates the queue positions of later runs, on the page and in its title', async () => {
    const first = await start('waits');
    const second = await start('completes');
    const third = await start('completes');
    await visit(page, `${app.url}/runs/${third}`);
    const main = page.getByRole('main');
    await main.getByText('position 2 in the queue').waitFor();
    await app.trpc.runs.cancel.mutate({ id: second });
    await main.getByText('next in the queue').waitFor();
    await expect.poll(() => page.title()).toBe('completes: next in the queue');
    await app.trpc.runs.cancel.mutate({ id: first });
    await expectStatus('completed');
  });
});
