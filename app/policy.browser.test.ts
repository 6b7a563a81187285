import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { demoTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** The content security policy: no page violates it, and the browser blocks what it forbids. */

const TRAINER_ENTRY = demoTrainer;

describe('the content security policy', { timeout: 240_000 }, () => {
  let app: AppServer;
  let page: Page;
  let id: string;
  /** Violations that the browser blocked, and other page errors. */
  const problems: string[] = [];
  const requestedOrigins = new Set<string>();
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    page.on('console', (message) => {
      if (/content security policy|violates/i.test(message.text())) problems.push(message.text());
    });
    page.on('pageerror', ({ message }) => problems.push(message));
    page.on('request', (request) => requestedOrigins.add(new URL(request.url()).origin));
    ({ id } = await app.trpc.runs.start.mutate({ name: 'n30', tags: ['completes'], n_unfreeze: 30 }));
    await vi.waitFor(async () => expect((await app.trpc.runs.get.query({ id })).status).toBe('completed'), 90_000);
    return opened.close;
  }, 600_000);

  const open = (address: string) => visit(page, `${app.url}${address}`);
  const chart = () => page.locator('.js-plotly-plot .main-svg').first().waitFor();
  const expectNoProblems = () => expect(problems.splice(0)).toEqual([]);

  it('is respected by the table of runs, its menus and the colour switch', async () => {
    await open('/');
    await chart();
    await page.getByText('Columns', { exact: true }).click();
    await page.getByRole('button', { name: 'Reset columns' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Switch to dark colours' }).click();
    await page.locator('html.dark').waitFor({ state: 'attached' });
    // An inline script applies the colours before the first paint.
    await reload(page);
    await page.locator('html.dark').waitFor({ state: 'attached' });
    expectNoProblems();
  });

  it('is respected by the form', async () => {
    await open('/runs/new');
    await page.getByRole('heading', { name: 'New run', exact: true }).waitFor();
    await page.locator('[name=n_unfreeze]').fill('103');
    await page.locator('[name=n_unfreeze][aria-invalid=true]').waitFor();
    expectNoProblems();
  });

  it('is respected by a run page, hovering over its charts and exporting one', async () => {
    await open(`/runs/${id}`);
    await chart();
    await page.locator('.js-plotly-plot .nsewdrag').first().hover();
    await page.locator('.js-plotly-plot .spikeline').first().waitFor({ state: 'attached' });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.modebar-btn[data-title*="PNG"]').first().click(),
    ]);
    expect(download.suggestedFilename()).toBe('transfer-lab.png');
    expectNoProblems();
  });

  it('is respected by a comparison and the page for unknown URLs', async () => {
    await open(`/compare?ids=${id}`);
    await page.getByRole('heading').first().waitFor();
    await open('/nowhere');
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    expectNoProblems();
  });

  it('allows the icons and the link preview image, which this server provides', async () => {
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
    expectNoProblems();
  });

  it('is respected by every page: requests go to this server only', () => {
    expect([...requestedOrigins].filter((origin) => origin !== 'null')).toEqual([app.url]);
  });

  it('blocks injected scripts and requests to other servers', async () => {
    await open('/');
    const elsewhere = await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.isInjected = true">');
      return fetch('http://elsewhere.test/').catch(() => 'blocked');
    });
    expect(elsewhere).toBe('blocked');
    await expect.poll(() => problems.join('\n')).toMatch(/inline event handler/);
    expect(problems.join('\n')).toMatch(/elsewhere\.test/);
    expect(await page.evaluate('window.isInjected')).toBeUndefined();
  });
});
