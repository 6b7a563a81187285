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

  const verdicts = (target = page) => target.locator('[data-verdict]').allTextContents();
  const chart = (target = page) =>
    target.getByRole('figure', { name: /by (epoch|step|training time)/ }).getAttribute('aria-label');

  it('shows the verdict for the runs selected in the table', async () => {
    // Before hydration, check() would fail: the checkbox changes with a delay.
    await page.locator('.js-plotly-plot').first().waitFor();
    await page.getByRole('checkbox', { name: 'Select frozen' }).check();
    await page.locator(`[data-run-id="${n30}"]`).getByRole('checkbox').check();
    // Not the link of the same name in the top bar.
    await page.getByRole('main').getByRole('link', { name: 'Compare', exact: true }).click();
    await page.waitForURL(/\/compare\?ids=/);
    // 700 both, 60 only n30: χ² = (60 − 1)² / 60 is not chance.
    await expect
      .poll(() => verdicts())
      .toEqual([expect.stringMatching(/^n30 beats frozen by 6\.0 points, 95 % interval 4\.\d…7\.\d; not chance\.$/)]);
    await page.getByText('Of 1,000 images, 700 were classified correctly by both').waitFor();
  });

  it('adds a run found by its name', async () => {
    await visit(page, `${app.url}/compare?ids=${n30}`);
    await page.getByRole('button', { name: 'Add run' }).click();
    await page.getByLabel('Search names').fill('fro');
    const found = page.getByRole('list').getByRole('button', { name: /^frozen/ });
    await found.click();
    await expect.poll(() => page.url()).toContain(`ids=${n30},${frozen}`);
    await page.getByText('No other matching runs.').waitFor();
    await page.getByLabel('Search names').fill('');
    await page.getByRole('button', { name: /^n30/ }).waitFor();
  });

  it('shows the same in another browser that opens its link', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},${n30},${n30Again}`);
    await page.getByLabel('Metric').selectOption('loss');
    await page.getByText('Time', { exact: true }).click();
    await page.getByText('Log', { exact: true }).click();
    await page.getByText('Mean over seeds').click();
    await page.getByLabel('Smoothing').fill('0.6');
    await page.getByText('TTA', { exact: true }).first().click();
    await page.getByLabel('Only differences').uncheck();
    await page.getByRole('slider', { name: 'Epoch', exact: true }).first().fill('3');
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

  it('shows the fields that differ, and which run predicts better', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},${n30}`);
    await expect
      .poll(() => page.locator('tr[data-differs="true"] th').allTextContents())
      .toEqual(['Layers to unfreeze', 'Learning rate, stage 2', 'Name']);
    const difference = page.getByRole('region', { name: 'Difference of the confusion matrices' });
    expect(await difference.getByTitle('cat predicted as cat: +6').count()).toBe(1);
    await page.getByRole('button', { name: 'Make n30 the baseline' }).click();
    await expect.poll(() => page.url()).toContain(`ids=${n30},${frozen}`);
    await difference.getByTitle('cat predicted as cat: −6').waitFor();
  });

  it('replays a run’s sample predictions, epoch by epoch', async () => {
    await visit(page, `${app.url}/runs/${n30}`);
    const right = () => page.locator('[data-answer="right"]').count();
    await expect.poll(right).toBe(160);
    const slider = page.getByRole('slider', { name: 'Epoch', exact: true });
    await slider.fill('3');
    await expect.poll(right).toBe(80);
    await page.getByText('80 of 200 correct · this epoch: 0 newly right, 40 newly wrong').waitFor();
    expect(await page.locator('[data-answer="wrong"]').first().getAttribute('title')).toBe('deer, predicted as dog');
    await slider.fill('1');
    await page.getByRole('button', { name: 'Replay' }).click();
    await expect.poll(right).toBe(160);
    const image = await page.request.get(`${app.url}/api/runs/${n30}/files/wall.png`);
    expect([image.status(), image.headers()['content-type']]).toEqual([200, 'image/png']);
  });

  it('shows the sample predictions of two runs after the same epoch', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},${n30}&epoch=3`);
    const samplesOf = (name: string) => page.getByRole('region', { name: `Sample predictions of ${name}` });
    await expect.poll(() => samplesOf('n30').locator('[data-answer="right"]').count()).toBe(80);
    expect(await samplesOf('frozen').locator('[data-answer="right"]').count()).toBe(125);
  });

  it('reports a run as not found only if the server does, and keeps showing the others', async () => {
    await visit(page, `${app.url}/compare?ids=${frozen},gone`);
    const alerts = () => page.getByRole('main').getByRole('alert').allTextContents();
    await expect.poll(alerts).toEqual(['Runs not found: gone.']);
    await page.route(/runs\.get/, (route) => route.abort());
    await page.getByRole('button', { name: 'Add run' }).click();
    await page.getByRole('button', { name: /^n30/ }).first().click();
    await expect.poll(alerts).toEqual([expect.stringContaining('fetch')]);
    expect(await chart()).toContain('frozen');
    await expect.poll(() => page.url()).toMatch(new RegExp(`ids=${frozen},[^,]+$`));
    await page.unroute(/runs\.get/);
  });

  describe('a training run', () => {
    let id: string;
    beforeAll(async () => {
      ({ id } = await app.trpc.runs.start.mutate({ name: 'sends sample predictions' }));
    });
    const progress = async () => (await app.trpc.runs.get.query({ id })).progress?.done ?? 0;
    const waitForProgress = (done: number) => expect.poll(progress).toBeGreaterThanOrEqual(done);

    it('can be replayed while it reports progress', async () => {
      await waitForProgress(1);
      await visit(page, `${app.url}/runs/${id}`);
      const right = () => page.locator('[data-answer="right"]').count();
      await page.getByRole('slider', { name: 'Epoch', exact: true }).fill('1');
      await expect.poll(right).toBe(0);
      await page.getByRole('button', { name: 'Replay' }).click();
      await expect.poll(right).toBe(2);
    });

    it('is redrawn for an epoch, but not for progress', async () => {
      await visit(page, `${app.url}/compare?ids=${id},${frozen}`);
      await expect.poll(() => chart()).toContain('sends sample predictions (last 40.00)');
      await page.locator('.js-plotly-plot').first().waitFor();
      await page.evaluate(countRedraws);
      await waitForProgress((await progress()) + 30);
      await writeFile(path.join(folder, 'results', id, 'go'), '');
      await expect.poll(() => chart()).toContain('sends sample predictions (last 50.00)');
      const redraws = () => page.evaluate(() => (window as unknown as { redraws: number }).redraws);
      await expect.poll(redraws).toBeGreaterThan(0);
      expect(await redraws()).toBeLessThanOrEqual(2);
    });
  });

  it('splits requests for more runs than one may contain', async () => {
    const many = Array.from({ length: 51 }, () => app.trpc.runs.start.mutate({ name: 'waits' }));
    const ids = (await Promise.all(many)).map(({ id }) => id);
    const statuses: number[] = [];
    let requested = 0;
    page.on('response', (response) => {
      const calls = new URL(response.url()).pathname.split(/[/,]/).filter((name) => name === 'runs.get').length;
      if (calls > 0) statuses.push(response.status());
      requested += calls;
    });
    await visit(page, `${app.url}/compare?ids=${ids}`);
    await expect.poll(() => requested).toBeGreaterThan(50);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

/** Runs in the page: counts how often its first chart is redrawn from now on. */
function countRedraws(): void {
  const counted = { redraws: 0 };
  const chart = document.querySelector('.js-plotly-plot') as Element & { on(event: string, listen: () => void): void };
  Object.defineProperty(window, 'redraws', { get: () => counted.redraws });
  chart.on('plotly_afterplot', () => counted.redraws++);
}
