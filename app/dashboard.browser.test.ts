import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { originalLogs } from '@/tools/testing/paths.ts';

/** The page of runs with the seven logs of the original project, dropped onto it. */

const folder = originalLogs;
const originals = [
  'run_aug_custom1',
  'run_final_',
  'run_final_optimized',
  'run_full_tune',
  'run_full_tune_tta',
  'run_n0',
  'run_n0_AdamW',
];
const files = originals.map((name) => ({
  name: `${name}.json`,
  text: readFileSync(path.join(folder, `${name}.json`), 'utf8'),
}));

describe('the dashboard', () => {
  let app: AppServer;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(startApp(), { viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    ({ app, browser, page } = opened);
    await visit(page, app.url);
    return opened.close;
  }, 600_000);

  const drop = (dropped: { name: string; text: string }[]) =>
    page.evaluate((given) => {
      const dataTransfer = new DataTransfer();
      for (const { name, text } of given) dataTransfer.items.add(new File([text], name, { type: 'application/json' }));
      for (const type of ['dragover', 'drop'])
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
    }, dropped);
  const rowNames = (on = page) => on.locator('tr[data-run-id] a').allTextContents();
  const expectRows = (names: string[], on = page) => expect.poll(() => rowNames(on)).toEqual(names);
  const focusedText = () => page.evaluate(() => document.activeElement?.textContent);
  const filter = async (menu: string, value: string) => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('dialog', { name: menu }).locator('label', { hasText: value }).click();
    await page.keyboard.press('Escape');
    await expect.poll(focusedText).toBe(menu);
  };

  it('imports several dropped logs, and explains why a file was rejected', { timeout: 120_000 }, async () => {
    await drop([...files, { name: 'broken.json', text: '{"config": {' }]);
    await page.getByText('7 of 8 imported').waitFor();
    await page.getByText(/broken\.json is not JSON/).waitFor();
    await expect.poll(async () => (await rowNames()).toSorted()).toEqual([...originals].toSorted());
    await drop(files.slice(0, 1));
    await page.getByText('0 of 1 imported').waitFor();
    await page.getByText(/run_aug_custom1\.json was already imported/).waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).first().click();
  });

  it('shows the best run by validation with its confusion matrix, curves and the scatter plot', async () => {
    const best = page.getByRole('region', { name: 'Best run' });
    await best.getByRole('link', { name: 'run_final_optimized' }).waitFor();
    expect(await best.textContent()).toContain('92.28\u00a0%');
    expect(
      await best
        .getByRole('table', { name: /confusion matrix/i })
        .getByRole('cell')
        .count(),
    ).toBe(100);
    await page.getByRole('figure', { name: /^Validation accuracy by epoch of / }).waitFor();
    await page.getByRole('figure', { name: '7 runs by time and validation accuracy.' }).waitFor();
    const row = page.locator('tr', { hasText: 'run_final_optimized' });
    expect(await row.textContent()).toContain('★ best: 92.28\u00a0%');
  });

  it('filters, searches and sorts, and a link reproduces the view in another browser', {
    timeout: 120_000,
  }, async () => {
    await filter('Depth', 'N = 30');
    await page.getByRole('button', { name: 'Val', exact: true }).click();
    await expectRows(['run_final_optimized', 'run_full_tune_tta', 'run_final_', 'run_full_tune']);
    await page.getByRole('checkbox', { name: 'Select run_full_tune', exact: true }).check();
    await page.getByLabel('Metric').selectOption('val_loss');
    await page.getByRole('searchbox').fill('tune');
    await expectRows(['run_full_tune_tta', 'run_full_tune']);
    await page.getByRole('figure', { name: 'Validation loss by epoch of run_full_tune.' }).waitFor();
    await expect.poll(() => page.url()).toContain('q=tune');
    const other = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await visit(other, page.url());
    await expectRows(['run_full_tune_tta', 'run_full_tune'], other);
    await other.getByRole('figure', { name: 'Validation loss by epoch of run_full_tune.' }).waitFor();
    expect(await other.getByRole('columnheader', { name: 'Val' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await expect.poll(async () => (await rowNames()).length).toBe(7);
  });

  it('has keyboard shortcuts for search, rows, selection, baseline and help', async () => {
    await visit(page, app.url);
    await page.getByRole('button', { name: 'Name', exact: true }).click();
    await expectRows([...originals].toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    await page.locator('h1').click();
    for (const key of ['ArrowDown', 'ArrowDown', 'Space', 'ArrowDown', 'b']) await page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-index'));
    await expect.poll(focused).toBe('2');
    await expect.poll(() => page.getByRole('checkbox', { checked: true }).count()).toBe(1);
    await page.getByText('baseline: run_final_optimized').waitFor();
    const other = page.locator('tr', { hasText: 'run_full_tune_tta' });
    await expect.poll(() => other.textContent()).toContain('−0.10');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('compare the selected runs').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'hidden' });
    await expect.poll(focused).toBe('2');
    await expect.poll(() => page.getByRole('checkbox', { checked: true }).count()).toBe(1);
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('type'))).toBe('search');
    await page.keyboard.type('n0');
    await expectRows(['run_n0', 'run_n0_AdamW']);
  });

  it('remembers the selected columns, and exports the table as CSV and JSON', async () => {
    await visit(page, `${app.url}/?n_unfreeze=0&sort=name&order=asc`);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('dialog', { name: 'Columns' }).locator('label', { hasText: 'Optimizer' }).click();
    await reload(page);
    await page.getByRole('columnheader', { name: 'Optimizer' }).waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    const exportAs = async (format: string) => {
      const link = page.getByRole('dialog', { name: 'Export' }).getByRole('link', { name: format });
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      return readFileSync(await download.path(), 'utf8');
    };
    const lines = (await exportAs('CSV')).trimEnd().split('\r\n');
    expect(lines.map((line) => line.split(',')[1])).toEqual(['name', 'run_aug_custom1', 'run_n0', 'run_n0_AdamW']);
    const runs: { name: string }[] = JSON.parse(await exportAs('JSON'));
    expect(runs.map(({ name }) => name)).toEqual(['run_aug_custom1', 'run_n0', 'run_n0_AdamW']);
  });
});
