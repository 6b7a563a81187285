import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { demoTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** Every action with the keyboard only; the focused element always has a visible outline. */

const TRAINER_ENTRY = demoTrainer;

describe('with the keyboard only, a user', { timeout: 120_000 }, () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }), { acceptDownloads: true });
    ({ app, page } = opened);
    return opened.close;
  }, 600_000);

  const press = (key: string) => page.keyboard.press(key);
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  /** Presses the key until the target has the focus. */
  const tabTo = async (target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab') => {
    await target.waitFor({ state: 'attached' });
    for (let presses = 0; presses < 150; presses++) {
      await press(key);
      const focused = await page.evaluate(describeFocus);
      expect(focused).toEqual({ ...focused, isShown: true });
      if (await target.evaluate((element) => element === document.activeElement)) return;
    }
    throw new Error(`${target} did not get the focus after pressing ${key} 150 times.`);
  };
  const expectStatus = (status: string) =>
    expect.poll(() => page.locator('main').getAttribute('data-run-status')).toBe(status);
  const expectFocus = (target: Locator) =>
    expect.poll(() => target.evaluate((element) => element === document.activeElement)).toBe(true);
  const openTrainingRun = async () => {
    const { id } = await app.trpc.runs.start.mutate({ name: 'stalls', tags: ['stalls'] });
    const progress = async () => (await app.trpc.runs.get.query({ id })).progress;
    await expect.poll(progress).not.toBeNull();
    await visit(page, `${app.url}/runs/${id}`);
  };

  it('starts a run', async () => {
    await visit(page, app.url);
    await tabTo(page.getByRole('link', { name: 'Configure a run' }));
    await press('Enter');
    await tabTo(page.locator('[name=name]'));
    await page.keyboard.type('by keys');
    await press('Control+Enter');
    await page.waitForURL(/\/runs\/\d{8}-/);
    await expectStatus('completed');
  });

  it('edits a name, and cancels an edit', async () => {
    await tabTo(button('Edit name'));
    await press('Enter');
    await expectFocus(page.getByRole('textbox', { name: 'Name', exact: true }));
    await page.keyboard.type('renamed');
    await press('Enter');
    await page.getByRole('heading', { name: 'renamed' }).waitFor();
    await expectFocus(button('Edit name'));
    await tabTo(button('Edit tags'));
    await press('Enter');
    await expectFocus(page.getByRole('textbox', { name: 'Tags', exact: true }));
    await page.keyboard.type('nothing');
    await press('Escape');
    await expectFocus(button('Edit tags'));
    expect(await page.locator('main').textContent()).not.toContain('nothing');
  });

  it('switches the confusion matrix, sorts the classes, searches the log and downloads a file', async () => {
    await reload(page);
    await tabTo(page.getByRole('radio', { name: 'TTA' }));
    await press('ArrowLeft');
    expect(await page.getByRole('radio', { name: 'Plain' }).isChecked()).toBe(true);
    await tabTo(button('Recall'));
    await press('Enter');
    expect(await page.getByRole('columnheader', { name: 'Recall' }).getAttribute('aria-sort')).toBe('ascending');
    await reload(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      tabTo(page.getByRole('link', { name: 'cifar10.h5' })).then(() => press('Enter')),
    ]);
    expect(download.suggestedFilename()).toBe('cifar10.h5');
    await reload(page);
    await tabTo(page.getByRole('searchbox', { name: 'Filter log lines' }));
    await page.keyboard.type('images training');
    await expect
      .poll(() => page.getByRole('region', { name: 'Trainer output' }).textContent())
      .toMatch(/^9,000 training images.*the test$/);
  });

  it('starts the same run again, and opens it in the form', async () => {
    const before = page.url();
    await reload(page);
    await tabTo(button('Run again'));
    await press('Enter');
    await page.waitForURL((url) => url.href !== before);
    await expectStatus('completed');
    await tabTo(page.getByRole('link', { name: 'Edit as new run' }));
    await press('Enter');
    await page.waitForURL(/\/runs\/new\?from=/);
  });

  it('cancels a run after confirming', async () => {
    await openTrainingRun();
    await tabTo(button('Cancel'));
    await press('Enter');
    await expectFocus(button('Keep running'));
    await press('Escape');
    await expectFocus(button('Cancel'));
    await press('Enter');
    await tabTo(button('Cancel run'));
    await press('Enter');
    await expectStatus('canceled');
    await expectFocus(button('Run again'));
  });

  it('sorts the table, and selects, deletes and opens runs', async () => {
    await visit(page, app.url);
    await tabTo(button('Name'));
    await press('Enter');
    const order = () => page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort');
    await expect.poll(order).toBe('ascending');
    await tabTo(page.getByRole('checkbox', { name: 'Select stalls' }));
    await press('Space');
    await tabTo(button('Delete 1 run'), 'Shift+Tab');
    await press('Enter');
    await tabTo(button('Delete'));
    await press('Enter');
    await expect.poll(() => page.getByRole('checkbox', { name: 'Select stalls' }).count()).toBe(0);
    await reload(page);
    await tabTo(page.getByRole('link', { name: 'renamed' }).first());
    await press('Enter');
    await page.waitForURL(/\/runs\/\d{8}-/);
  });

  it('switches between light and dark', async () => {
    await reload(page);
    const isDark = () => page.evaluate(() => document.documentElement.classList.contains('dark'));
    const before = await isDark();
    await tabTo(button(/^Switch to/));
    await press('Enter');
    await expect.poll(isDark).toBe(!before);
  });
});

/** Runs in the page: describes the focused element, and whether it or its label has an outline. The body needs none. */
function describeFocus(): { name: string; isShown: boolean } {
  const element = document.activeElement;
  if (!element || element === document.body) return { name: 'nothing', isShown: true };
  const hasOutline = (each: Element | null) => each !== null && getComputedStyle(each).outlineStyle !== 'none';
  return {
    name: element.outerHTML.slice(0, 200),
    isShown: hasOutline(element) || hasOutline(element.closest('label')),
  };
}
