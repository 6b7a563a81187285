import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { showingTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** Every page in every state, light and dark, wide and narrow: what axe finds serious, and whether it scrolls sideways. */

const TRAINER_ENTRY = showingTrainer;
const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1440, 390].map((width) => ({ colorScheme, width })),
);

describe('axe', { timeout: 240_000 }, () => {
  let app: AppServer;
  let withoutData: AppServer;
  let empty: string;
  let page: Page;
  beforeAll(async () => {
    empty = await mkdtemp(path.join(tmpdir(), 'transfer-lab-no-data-'));
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    withoutData = await startApp({ TRAINER_ENTRY, DATA_DIR: empty });
    return async () => {
      await opened.close();
      await withoutData.stop();
      await rm(empty, { recursive: true });
    };
  }, 600_000);

  /** @param prepare brings the page into the state that is meant */
  const expectNothing = async (address: string, prepare: () => Promise<unknown>, { url } = app) => {
    await visit(page, `${url}${address}`);
    await prepare();
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor({ state: 'attached' });
      const where = `${colorScheme}, ${width} px`;
      expect({ where, found: await findSerious(page) }).toEqual({ where, found: [] });
      const overhang = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
      expect({ where, overhang }).toEqual({ where, overhang: 0 });
    }
  };
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  it('finds nothing where there is no run yet', () =>
    expectNothing('/', () => page.getByRole('button', { name: 'Start the first run' }).waitFor()));
  it('finds nothing in the form', () => expectNothing('/runs/new', () => heading('New run')));
  it('finds nothing in the form with a wrong value', () =>
    expectNothing('/runs/new', async () => {
      await page.locator('[name=n_unfreeze]').fill('103');
      await page.locator('[name=n_unfreeze][aria-invalid=true]').waitFor();
    }));
  it('finds nothing where data is missing', async () => {
    const isMissing = () => page.getByRole('region', { name: 'Missing data' }).waitFor();
    await expectNothing('/', isMissing, withoutData);
    await expectNothing('/runs/new', isMissing, withoutData);
  });
  it('finds nothing where nothing is', () => expectNothing('/runs/none', () => heading('Page not found')));

  describe('of a run', () => {
    const ids = { completed: '', failed: '', canceled: '', running: '', queued: '' };
    const start = async (name: string, scene: string) => {
      const labels = { name, tags: [scene], notes: 'What the last layers are worth.' };
      return (await app.trpc.runs.start.mutate({ ...labels, n_unfreeze: 30, augment: true })).id;
    };
    const read = (id: string) => app.trpc.runs.get.query({ id });
    const waitFor = (id: string, status: string) =>
      vi.waitFor(async () => expect((await read(id)).status).toBe(status), { timeout: 90_000 });
    const waitForProgress = (id: string) =>
      vi.waitFor(async () => expect((await read(id)).progress).not.toBeNull(), { timeout: 90_000 });
    beforeAll(async () => {
      ids.completed = await start('n30-aug', 'completes');
      ids.failed = await start('too large', 'fails');
      ids.canceled = await start('too slow', 'stalls');
      await waitForProgress(ids.canceled);
      await app.trpc.runs.cancel.mutate({ id: ids.canceled });
      ids.running = await start('n30-long', 'stalls');
      ids.queued = await start('n30-later', 'completes');
      await waitFor(ids.completed, 'completed');
      await waitFor(ids.failed, 'failed');
      await waitFor(ids.canceled, 'canceled');
      await waitForProgress(ids.running);
    });

    it.each(['completed', 'failed', 'canceled', 'running', 'queued'] as const)('finds nothing: %s', (status) =>
      expectNothing(`/runs/${ids[status]}`, () => page.locator(`main[data-run-status=${status}]`).waitFor()),
    );
    const chart = () => page.locator('.js-plotly-plot .main-svg').first().waitFor();
    it('finds nothing where charts are drawn', () => expectNothing(`/runs/${ids.completed}`, chart));
    it('finds nothing where two runs are compared', () =>
      expectNothing(`/compare?ids=${ids.completed},${ids.canceled}`, chart));
    it('finds nothing while it asks whether to cancel', () =>
      expectNothing(`/runs/${ids.running}`, async () => {
        await page.getByRole('button', { name: 'Cancel', exact: true }).click();
        await page.getByRole('alertdialog').waitFor();
      }));
    it('finds nothing while notes are edited', () =>
      expectNothing(`/runs/${ids.completed}`, async () => {
        await page.getByRole('button', { name: 'Edit notes' }).click();
        await page.getByRole('textbox', { name: 'Notes' }).waitFor();
      }));
    it('finds nothing in the table, one selected', () =>
      expectNothing('/', async () => {
        await page.locator('.js-plotly-plot').first().waitFor();
        await page.getByRole('checkbox', { name: 'Select n30-aug' }).check();
      }));
  });
});

/** What axe holds to be serious or worse, in a line each. */
async function findSerious(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
