import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { originalLogs } from '@/tools/testing/paths.ts';

/** Logs dropped on the page, and what the page then says of them: the original's seven, which the project keeps as fixtures. */

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
  const rows = (on = page) => on.locator('tr[data-run-id] a').allTextContents();
  const expectRows = (names: string[], on = page) => expect.poll(() => rows(on)).toEqual(names);
  const focusedText = () => page.evaluate(() => document.activeElement?.textContent);
  const filter = async (menu: string, value: string) => {
    await page.getByRole('button', { name: menu, exact: true }).click();
    await page.getByRole('dialog', { name: menu }).locator('label', { hasText: value }).click();
    await page.keyboard.press('Escape');
    await expect.poll(focusedText).toBe(menu);
  };

  it('takes in several logs that are dropped on it, and says why one is none', { timeout: 120_000 }, async () => {
    await drop([...files, { name: 'broken.json', text: '{"config": {' }]);
    await page.getByText('7 of 8 imported').waitFor();
    await page.getByText(/broken\.json is not JSON/).waitFor();
    await expect.poll(async () => (await rows()).toSorted()).toEqual([...originals].toSorted());
    await drop(files.slice(0, 1));
    await page.getByText('0 of 1 imported').waitFor();
    await page.getByText(/run_aug_custom1\.json is here already/).waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).first().click();
  });

  it('shows the best by validation with its matrix, curves and the scatter', async () => {
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

  it('filters, searches and sorts; a link shows another browser the same', { timeout: 120_000 }, async () => {
    await filter('Depth', 'N = 30');
    await page.getByRole('button', { name: 'Val', exact: true }).click();
    await expectRows(['run_final_optimized', 'run_full_tune_tta', 'run_final_', 'run_full_tune']);
    await page.getByRole('checkbox', { name: 'Select run_full_tune', exact: true }).check();
    await page.getByLabel('Figure').selectOption('val_loss');
    await page.getByRole('searchbox').fill('tune');
    await expectRows(['run_full_tune_tta', 'run_full_tune']);
    await page.getByRole('figure', { name: 'Validation loss by epoch of run_full_tune.' }).waitFor();
    await expect.poll(() => page.url()).toContain('q=tune');
    const other = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await visit(other, page.url());
    await expectRows(['run_full_tune_tta', 'run_full_tune'], other);
    await other.getByRole('figure', { name: 'Validation loss by epoch of run_full_tune.' }).waitFor();
    expect(await other.getByRole('columnheader', { name: 'Val' }).getAttribute('aria-sort')).toBe('descending');
    await page.getByRole('button', { name: 'Show all' }).click();
    await expect.poll(async () => (await rows()).length).toBe(7);
  });

  it('is worked by keys: search, rows, selection, baseline, help', async () => {
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

  it('remembers which columns were chosen, and gives the table as CSV and JSON', async () => {
    await visit(page, `${app.url}/?n_unfreeze=0&sort=name&order=asc`);
    await page.getByRole('button', { name: 'Columns' }).click();
    await page.getByRole('dialog', { name: 'Columns' }).locator('label', { hasText: 'Optimizer' }).click();
    await reload(page);
    await page.getByRole('columnheader', { name: 'Optimizer' }).waitFor();
    await page.getByRole('button', { name: 'Table' }).click();
    const take = async (format: string) => {
      const link = page.getByRole('dialog', { name: 'Table' }).getByRole('link', { name: format });
      const [download] = await Promise.all([page.waitForEvent('download'), link.click()]);
      return readFileSync(await download.path(), 'utf8');
    };
    const lines = (await take('CSV')).trimEnd().split('\r\n');
    expect(lines.map((line) => line.split(',')[1])).toEqual(['name', 'run_aug_custom1', 'run_n0', 'run_n0_AdamW']);
    const runs: { name: string }[] = JSON.parse(await take('JSON'));
    expect(runs.map(({ name }) => name)).toEqual(['run_aug_custom1', 'run_n0', 'run_n0_AdamW']);
  });
});
