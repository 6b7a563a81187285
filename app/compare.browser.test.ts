import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startAppIn } from '@/tools/testing/app-server.ts';
import { launchBrowser } from '@/tools/testing/browser.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { writeRecordedRun } from './recorded-run.test-helper.ts';

const TRAINER_ENTRY = scriptedTrainer;
const [frozen, n30, n30Again] = ['20261124-081530-aaaa', '20261124-081630-bbbb', '20261124-081730-cccc'];

describe('comparing runs, in a browser', () => {
  let folder: string;
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'compare-'));
    const results = path.join(folder, 'results');
    const small = { image_size: 96, train_limit: 4500 } as const;
    await writeRecordedRun(results, {
      id: frozen,
      config: { ...small, name: 'frozen' },
      right: 700,
      wall: { stage1: [90, 120], stage2: [125, 130] },
    });
    const tuned = { ...small, name: 'n30', n_unfreeze: 30, lr_stage2: 1e-4 };
    const wall = { stage1: [90, 120], stage2: [80, 150, 160] };
    await writeRecordedRun(results, { id: n30, config: tuned, right: 760, wall });
    await writeRecordedRun(results, { id: n30Again, config: { ...tuned, seed: 43 }, right: 750, wall });
    const opened = await openAppPage(startAppIn(folder, { TRAINER_ENTRY }), { viewport: { width: 1440, height: 900 } });
    ({ app, page } = opened);
    await visit(page, app.url);
    return async () => {
      await opened.close();
      await rm(folder, { recursive: true, force: true });
    };
  }, 600_000);

  const verdicts = (of = page) => of.locator('[data-verdict]').allTextContents();
  const chart = (of = page) =>
    of.getByRole('figure', { name: /by (epoch|step|training time)/ }).getAttribute('aria-label');

  it('leads from the selection of the table to the verdict', async () => {
    // A box that is clicked before the page's code has come changes a moment later, which a check takes for never.
    await page.locator('.js-plotly-plot').first().waitFor();
    await page.getByRole('checkbox', { name: 'Select frozen' }).check();
    await page.locator(`[data-run-id="${n30}"]`).getByRole('checkbox').check();
    // Not the link of the same name above every page.
    await page.getByRole('main').getByRole('link', { name: 'Compare', exact: true }).click();
    await page.waitForURL(/\/compare\?ids=/);
    // 700 both, 60 only n30: (60 − 1)² / 60, far beyond chance.
    await expect
      .poll(() => verdicts())
      .toEqual([expect.stringMatching(/^n30 beats frozen by 6\.0 points, 95 % interval 4\.\d…7\.\d; not chance\.$/)]);
    await page.getByText('both got 700 right').waitFor();
  });

  it('adds a run that is found by its name', async () => {
    await visit(page, `${app.url}/compare?ids=${n30}`);
    await page.getByRole('button', { name: 'Add a run' }).click();
    await page.getByLabel('Search names').fill('fro');
    const found = page.getByRole('list').getByRole('button', { name: /^frozen/ });
    await found.click();
    await expect.poll(() => page.url()).toContain(`ids=${n30},${frozen}`);
    await page.getByText('No other run is like this.').waitFor();
    await page.getByLabel('Search names').fill('');
    await page.getByRole('button', { name: /^n30/ }).waitFor();
  });

  it('shows the same to whoever opens its link in another browser', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},${n30},${n30Again}`);
    await page.getByLabel('Figure').selectOption('loss');
    await page.getByText('Time', { exact: true }).click();
    await page.getByText('Log', { exact: true }).click();
    await page.getByText('Mean of seeds').click();
    await page.getByLabel('Smoothing').fill('0.6');
    await page.getByText('TTA', { exact: true }).first().click();
    await page.getByLabel('Only differences').uncheck();
    await page.getByLabel('Epoch on the wall').first().fill('3');
    await expect.poll(() => page.url()).toMatch(/epoch=3$/);
    const other = await launchBrowser();
    try {
      const opened = await other.newPage();
      await visit(opened, page.url());
      await expect.poll(() => verdicts(opened)).toHaveLength(2);
      expect(await verdicts(opened)).toEqual(await verdicts());
      expect(await chart(opened)).toBe(await chart());
      expect(await chart()).toMatch(/^training loss by training time, smoothed by 0\.6: frozen .*n30, 2 seeds/);
      expect(await opened.getByLabel('Only differences').isChecked()).toBe(false);
      expect(await opened.getByRole('row', { name: /^Dropout/ }).count()).toBe(1);
      expect(await opened.getByText('stage 2, epoch 1', { exact: true }).count()).toBe(1);
      expect(await opened.getByRole('row', { name: /^n30 seeds 42, 43/ }).textContent()).toContain(
        '75.50\u00a0% ± 0.71',
      );
    } finally {
      await other.close();
    }
  });

  it('shows what differs, and whose answers are better', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},${n30}`);
    await expect
      .poll(() => page.locator('tr[data-differs="true"] th').allTextContents())
      .toEqual(['Layers to unfreeze', 'Learning rate, stage 2', 'Name']);
    const difference = page.getByRole('region', { name: 'Difference of the matrices' });
    expect(await difference.getByTitle('cat taken for cat: +6').count()).toBe(1);
    await page.getByRole('button', { name: 'Put n30 first' }).click();
    await expect.poll(() => page.url()).toContain(`ids=${n30},${frozen}`);
    await difference.getByTitle('cat taken for cat: −6').waitFor();
  });

  it('replays the wall of a run, epoch by epoch', async () => {
    await visit(page, `${app.url}/runs/${n30}`);
    const right = () => page.locator('[data-answer="right"]').count();
    await expect.poll(right).toBe(160);
    const slider = page.getByLabel('Epoch on the wall');
    await slider.fill('3');
    await expect.poll(right).toBe(80);
    await page.getByText('80 of 200 right; this epoch put 0 right and 40 wrong.').waitFor();
    expect(await page.locator('[data-answer="wrong"]').first().getAttribute('title')).toBe('deer, taken for dog');
    await slider.fill('1');
    await page.getByRole('button', { name: 'Replay' }).click();
    await expect.poll(right).toBe(160);
    const picture = await page.request.get(`${app.url}/api/runs/${n30}/files/wall.png`);
    expect([picture.status(), picture.headers()['content-type']]).toEqual([200, 'image/png']);
  });

  it('holds two walls side by side at the same epoch', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},${n30}&epoch=3`);
    const wallOf = (name: string) => page.getByRole('region', { name: `The wall of ${name}` });
    await expect.poll(() => wallOf('n30').locator('[data-answer="right"]').count()).toBe(80);
    expect(await wallOf('frozen').locator('[data-answer="right"]').count()).toBe(125);
  });

  it('says of a run that it is gone only where the server does, and shows what it has meanwhile', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},gone`);
    const alerts = () => page.getByRole('main').getByRole('alert').allTextContents();
    await expect.poll(alerts).toEqual(['Not among the runs any more: gone.']);
    await page.route(/runs\.get/, (route) => route.abort());
    await page.getByRole('button', { name: 'Add a run' }).click();
    await page.getByRole('button', { name: /^n30/ }).first().click();
    await expect.poll(alerts).toEqual([expect.stringContaining('fetch')]);
    expect(await chart()).toContain('frozen');
    await expect.poll(() => page.url()).toMatch(new RegExp(`ids=${frozen},[^,]+$`));
    await page.unroute(/runs\.get/);
  });

  describe('a run that trains', () => {
    let id: string;
    beforeAll(async () => {
      ({ id } = await app.trpc.runs.start.mutate({ name: 'shows its wall' }));
    });
    const told = async () => (await app.trpc.runs.get.query({ id })).progress?.done ?? 0;
    const untilItTells = (done: number) => expect.poll(told).toBeGreaterThanOrEqual(done);

    it('is replayed while it tells how far it is', async () => {
      await untilItTells(1);
      await visit(page, `${app.url}/runs/${id}`);
      const right = () => page.locator('[data-answer="right"]').count();
      await page.getByLabel('Epoch on the wall').fill('1');
      await expect.poll(right).toBe(0);
      await page.getByRole('button', { name: 'Replay' }).click();
      await expect.poll(right).toBe(2);
    });

    it('is drawn again for an epoch, not for how far it is', async () => {
      await visit(page, `${app.url}/compare?ids=${id},${frozen}`);
      await expect.poll(() => chart()).toContain('shows its wall (last 40.00)');
      await page.locator('.js-plotly-plot').first().waitFor();
      await page.evaluate(countDrawings);
      await untilItTells((await told()) + 30);
      await writeFile(path.join(folder, 'results', id, 'go'), '');
      await expect.poll(() => chart()).toContain('shows its wall (last 50.00)');
      const drawings = () => page.evaluate(() => (window as unknown as { drawings: number }).drawings);
      await expect.poll(drawings).toBeGreaterThan(0);
      expect(await drawings()).toBeLessThanOrEqual(2);
    });
  });

  it('asks for more runs than one request may', async () => {
    const many = Array.from({ length: 51 }, () => app.trpc.runs.start.mutate({ name: 'waits' }));
    const ids = (await Promise.all(many)).map(({ id }) => id);
    const statuses: number[] = [];
    let asked = 0;
    page.on('response', (response) => {
      const calls = new URL(response.url()).pathname.split(/[/,]/).filter((name) => name === 'runs.get').length;
      if (calls > 0) statuses.push(response.status());
      asked += calls;
    });
    await visit(page, `${app.url}/compare?ids=${ids}`);
    await expect.poll(() => asked).toBeGreaterThan(50);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

/** Runs in the page: counts how often its first chart is drawn from now on. */
function countDrawings(): void {
  const counted = { drawings: 0 };
  const chart = document.querySelector('.js-plotly-plot') as Element & { on(event: string, listen: () => void): void };
  Object.defineProperty(window, 'drawings', { get: () => counted.drawings });
  chart.on('plotly_afterplot', () => counted.drawings++);
}
