import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';

const AUTH_TOKEN = 'a secret of some length';

describe('signing in and out', { timeout: 240_000 }, () => {
  let app: AppServer;
  let page: Page;
  const blocked: string[] = [];
  beforeAll(async () => {
    const opened = await openAppPage(startApp({ TRAINER_ENTRY: scriptedTrainer, AUTH_TOKEN }));
    ({ app, page } = opened);
    page.on('console', (message) => {
      if (/content security policy|violates/i.test(message.text())) blocked.push(message.text());
    });
    return opened.close;
  }, 600_000);

  const signIn = async (on: Page, token = AUTH_TOKEN) => {
    await on.getByLabel('Access token').fill(token);
    await on.getByRole('button', { name: 'Sign in' }).click();
  };
  const signInForm = (on: Page) => on.getByRole('heading', { name: 'Sign in' }).waitFor();

  it('rejects a wrong token and accepts the right one', async () => {
    await page.goto(app.url);
    await signIn(page, 'wrong');
    await page.getByText('Wrong token.').waitFor();
    await signIn(page);
    await page.getByRole('link', { name: 'Sign out' }).waitFor();
  });

  it('shows the sign-out link on narrow screens, too', async () => {
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('link', { name: 'Sign out' }).waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('signs out this browser, or all of them', async () => {
    const other = await (await page.context().browser()!.newContext()).newPage();
    await other.goto(app.url);
    await signIn(other);
    await page.getByRole('link', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await signInForm(page);
    await page.goto(`${app.url}/compare`);
    await signInForm(page);
    await other.reload();
    await other.getByRole('link', { name: 'Sign out' }).waitFor();

    await signIn(page);
    await page.getByRole('link', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await signInForm(page);
    await other.reload();
    await signInForm(other);
    expect(blocked).toEqual([]);
  });
});
