import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunStatus } from '@/lib/run/status.ts';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** The table of runs while runs are added and deleted, with a scripted trainer. */

const TRAINER_ENTRY = scriptedTrainer;

describe('a changing table of runs', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }), { viewport: { width: 1440, height: 900 } });
    ({ app, page } = opened);
    return opened.close;
  }, 600_000);

  /** Starts a run and waits until it has the given status. */
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

  it('applies keyboard shortcuts to the focused run, also after its row has moved', async () => {
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

  it('deletes all selected runs except those that cannot be deleted, and explains why', async () => {
    const [training, waiting] = [await start('waits', 'running'), await start('completes', 'queued')];
    await visit(page, `${app.url}/?selected=${training},deleted-elsewhere,${waiting}`);
    await box(training).waitFor();
    await remove('Delete 3 runs');
    await page.getByText('2 runs deleted').waitFor();
    const failure = 'waits was not deleted: This run is training. Cancel it, then delete it.';
    expect(await page.getByText(failure).count()).toBe(1);
    await expect.poll(() => new URL(page.url()).searchParams.get('selected')).toBe(training);
    await expect.poll(() => box(waiting).count()).toBe(0);
    await app.trpc.runs.cancel.mutate({ id: training });
    await remove('Delete 1 run');
    await page.getByText('1 run deleted').waitFor();
    await expect.poll(() => box(training).count()).toBe(0);
  });

  it('shows the introduction after the last run is deleted, but not while an unfiltered list is loading', async () => {
    const last = await start('completes', 'completed');
    const { runs } = await app.trpc.runs.list.query();
    await visit(page, `${app.url}/?q=nothing&selected=${runs.map(({ id }) => id)}`);
    await page.getByText('No matching runs.').waitFor();
    await page.evaluate(() => document.querySelector('h1')!.setAttribute('data-never-replaced', ''));
    await page.getByRole('button', { name: 'Clear filters' }).last().click();
    await box(last).waitFor();
    expect(await page.locator('[data-never-replaced]').count()).toBe(1);
    await remove(/^Delete \d+ runs?$/);
    await page.getByRole('button', { name: 'Start the first run' }).waitFor();
  });
});
