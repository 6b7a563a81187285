import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { demoTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/**
 * Every page in every state, light and dark, wide and narrow, has no serious accessibility violations and does not
 * scroll horizontally.
 */

const TRAINER_ENTRY = demoTrainer;
const looks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [1440, 390].map((width) => ({ colorScheme, width })),
);

describe('accessibility', { timeout: 240_000 }, () => {
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

  /** @param prepare brings the page into the state to check */
  const expectAccessible = async (address: string, prepare: () => Promise<unknown>, { url } = app) => {
    await visit(page, `${url}${address}`);
    await prepare();
    for (const { colorScheme, width } of looks) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 900 });
      await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor({ state: 'attached' });
      const variant = `${colorScheme}, ${width} px`;
      expect({ variant, violations: await findViolations(page) }).toEqual({ variant, violations: [] });
      const overflow = await page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
      expect({ variant, overflow }).toEqual({ variant, overflow: 0 });
    }
  };
  const heading = (name: string) => page.getByRole('heading', { name, exact: true }).waitFor();

  it('of the empty dashboard', () =>
    expectAccessible('/', () => page.getByRole('button', { name: 'Start the first run' }).waitFor()));
  it('of the form', () => expectAccessible('/runs/new', () => heading('New run')));
  it('of the form with an invalid value', () =>
    expectAccessible('/runs/new', async () => {
      await page.locator('[name=n_unfreeze]').fill('103');
      await page.locator('[name=n_unfreeze][aria-invalid=true]').waitFor();
    }));
  it('with missing data', async () => {
    const warning = () => page.getByRole('region', { name: 'Missing data' }).waitFor();
    await expectAccessible('/', warning, withoutData);
    await expectAccessible('/runs/new', warning, withoutData);
  });
  it('of the page not found', () => expectAccessible('/runs/none', () => heading('Page not found')));

  describe('with runs', () => {
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

    it.each(['completed', 'failed', 'canceled', 'running', 'queued'] as const)('of a %s run', (status) =>
      expectAccessible(`/runs/${ids[status]}`, () => page.locator(`main[data-run-status=${status}]`).waitFor()),
    );
    const chart = () => page.locator('.js-plotly-plot .main-svg').first().waitFor();
    it('of charts', () => expectAccessible(`/runs/${ids.completed}`, chart));
    it('of a comparison', () => expectAccessible(`/compare?ids=${ids.completed},${ids.canceled}`, chart));
    it('of the cancel dialog', () =>
      expectAccessible(`/runs/${ids.running}`, async () => {
        await page.getByRole('button', { name: 'Cancel', exact: true }).click();
        await page.getByRole('alertdialog').waitFor();
      }));
    it('of the notes editor', () =>
      expectAccessible(`/runs/${ids.completed}`, async () => {
        await page.getByRole('button', { name: 'Edit notes' }).click();
        await page.getByRole('textbox', { name: 'Notes' }).waitFor();
      }));
    it('of the runs table with a selection', () =>
      expectAccessible('/', async () => {
        await page.locator('.js-plotly-plot').first().waitFor();
        await page.getByRole('checkbox', { name: 'Select n30-aug' }).check();
      }));
  });
});

/** Violations that axe rates serious or critical, one line each. */
async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
