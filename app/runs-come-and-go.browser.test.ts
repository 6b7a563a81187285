import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '@/lib/run/status.ts';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** The table while runs are added to it and taken from it, with a trainer that plays scenes. */

const TRAINER_ENTRY = scriptedTrainer;

describe('the table of runs that come and go', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }), { viewport: { width: 1440, height: 900 } });
    ({ app, page } = opened);
    return opened.close;
  }, 600_000);

  /** Starts a run and waits until it stands so. */
  const start = async (name: string, status: RunStatus) => {
    const { id } = await app.trpc.runs.start.mutate({ name });
    await expect.poll(async () => (await app.trpc.runs.get.query({ id })).status).toBe(status);
    return id;
  };
  const box = (id: string) => page.locator(`tr[data-run-id="${id}"]`).getByRole('checkbox');
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-run-id'));
  const remove = async (label: string | RegExp) => {
    await page.getByRole('button', { name: label }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  };

  it('is worked by keys at the run that has the focus, wherever that has moved', async () => {
    const older = await start('completes', 'completed');
    await visit(page, app.url);
    await box(older).waitFor();
    await page.locator('h1').click();
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe(older);
    const newer = await start('completes', 'completed');
    await box(newer).waitFor();
    expect(await focused()).toBe(older);
    await page.keyboard.press('Space');
    await expect.poll(() => page.url()).toContain(`selected=${older}`);
    await page.keyboard.press('ArrowUp');
    await expect.poll(focused).toBe(newer);
    await page.keyboard.press('Space');
    await expect.poll(() => page.url()).toContain(`selected=${older},${newer}`);
  });

  it('deletes the others where one cannot be deleted, and says which and why', async () => {
    const [training, waiting] = [await start('waits', 'running'), await start('completes', 'queued')];
    await visit(page, `${app.url}/?selected=${training},deleted-elsewhere,${waiting}`);
    await box(training).waitFor();
    await remove('Delete 3 runs');
    await page.getByText('2 runs deleted').waitFor();
    expect(await page.getByText('waits is still here: This run is training. Cancel it, then delete it.').count()).toBe(
      1,
    );
    await expect.poll(() => new URL(page.url()).searchParams.get('selected')).toBe(training);
    await expect.poll(() => box(waiting).count()).toBe(0);
    await app.trpc.runs.cancel.mutate({ id: training });
    await remove('Delete 1 run');
    await page.getByText('1 run deleted').waitFor();
    await expect.poll(() => box(training).count()).toBe(0);
  });

  it('begins anew when the last one is deleted, not while a list without a filter is on its way', async () => {
    const last = await start('completes', 'completed');
    const { runs } = await app.trpc.runs.list.query();
    await visit(page, `${app.url}/?q=nothing&selected=${runs.map(({ id }) => id)}`);
    await page.getByText('No run is like this').waitFor();
    await page.evaluate(() => document.querySelector('h1')!.setAttribute('data-never-replaced', ''));
    await page.getByRole('button', { name: 'Show all' }).click();
    await box(last).waitFor();
    expect(await page.locator('[data-never-replaced]').count()).toBe(1);
    await remove(/^Delete \d+ runs?$/);
    await page.getByRole('button', { name: 'Start the first run' }).waitFor();
  });
});
