import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { showingTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** What the policy of the app's pages forbids, none of them does; and what is forbidden is stopped. */

const TRAINER_ENTRY = showingTrainer;

describe('the policy of pages', { timeout: 240_000 }, () => {
  let app: AppServer;
  let page: Page;
  let id: string;
  /** What the browser stopped, and what else went wrong. */
  const problems: string[] = [];
  const asked = new Set<string>();
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    page.on('console', (message) => {
      if (/content security policy|violates/i.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    ({ id } = await app.trpc.runs.start.mutate({ name: 'n30', tags: ['completes'], n_unfreeze: 30 }));
    await vi.waitFor(async () => expect((await app.trpc.runs.get.query({ id })).status).toBe('completed'), 90_000);
    return opened.close;
  }, 600_000);

  const open = (address: string) => visit(page, `${app.url}${address}`);
  const chart = () => page.locator('.js-plotly-plot .main-svg').first().waitFor();
  const expectNothing = () => expect(problems.splice(0)).toEqual([]);

  it('is kept by the table of runs, its menus and its colours', async () => {
    await open('/');
    await chart();
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('button', { name: 'Reset columns' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.locator('html.dark').waitFor({ state: 'attached' });
    // Chosen colours are there before the page is seen, by a script in it.
    await reload(page);
    await page.locator('html.dark').waitFor({ state: 'attached' });
    expectNothing();
  });

  it('is kept by the form', async () => {
    await open('/runs/new');
    await page.getByRole('heading', { name: 'New run', exact: true }).waitFor();
    await page.locator('[name=n_unfreeze]').fill('103');
    await page.locator('[name=n_unfreeze][aria-invalid=true]').waitFor();
    expectNothing();
  });

  it('is kept by a run, and by its charts when they are pointed at and taken away', async () => {
    await open(`/runs/${id}`);
    await chart();
    await page.locator('.js-plotly-plot .nsewdrag').first().hover();
    await page.locator('.js-plotly-plot .spikeline').first().waitFor({ state: 'attached' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.modebar-btn[data-title*="PNG"]').first().click(),
    ]);
    expect(download.suggestedFilename()).toBe('transfer-lab.png');
    expectNothing();
  });

  it('is kept by a comparison, and where nothing is', async () => {
    await open(`/compare?ids=${id}`);
    await page.getByRole('heading').first().waitFor();
    await open('/nowhere');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    expectNothing();
  });

  it('lets icons and the picture of a link through, which are this server’s own', async () => {
    await open('/');
    const addresses = await page
      .locator('link[rel*=icon], meta[property="og:image"]')
      .evaluateAll((elements) => elements.map((each) => each.getAttribute('href') ?? each.getAttribute('content')!));
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    const types: string[] = [];
    for (const address of addresses) {
      const { origin, pathname } = new URL(address, app.url);
      expect(origin).toBe(app.url);
      const answer = await page.request.get(`${app.url}${pathname}`);
      expect(answer.status()).toBe(200);
      types.push(answer.headers()['content-type']!);
    }
    expect(types).toEqual(expect.arrayContaining(['image/svg+xml', 'image/png', 'image/x-icon']));
    expectNothing();
  });

  it('asks nobody but this server', () => {
    expect([...asked].filter((origin) => origin !== 'null')).toEqual([app.url]);
  });

  it('stops what somebody smuggled into a page', async () => {
    await open('/');
    const elsewhere = await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.isSmuggled = true">');
      return fetch('http://elsewhere.test/').catch(() => 'stopped');
    });
    expect(elsewhere).toBe('stopped');
    await expect.poll(() => problems.join('\n')).toMatch(/inline event handler/);
    expect(problems.join('\n')).toMatch(/elsewhere\.test/);
    expect(await page.evaluate('window.isSmuggled')).toBeUndefined();
  });
});
