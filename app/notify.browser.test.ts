import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { demoTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** Notifications for users who look elsewhere: the tab's title, and system notifications. */

const TRAINER_ENTRY = demoTrainer;

describe('a user who looks elsewhere', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    await page.addInitScript(recordNotifications);
    return opened.close;
  }, 600_000);

  it('sees the progress of a run in the title, and is notified of its end', async () => {
    const { id } = await app.trpc.runs.start.mutate({ name: 'n30', tags: ['stalls'] });
    await visit(page, `${app.url}/runs/${id}`);
    await expect.poll(() => page.title()).toMatch(/^\d+\u00a0% fine-tuning · n30$/);
    await page.getByRole('button', { name: 'Notify me' }).click();
    await page.getByRole('button', { name: 'Notification on', pressed: true }).waitFor();
    await app.trpc.runs.cancel.mutate({ id });
    await expect.poll(() => page.title()).toBe('n30: canceled');
    const notified = () => page.evaluate(() => (window as unknown as { notified: string[] }).notified);
    await expect.poll(notified).toEqual(['n30: canceled']);
  });
});

/** Runs in the page: allows notifications, which a headless browser never does, and records their titles. */
function recordNotifications(): void {
  const notified: string[] = [];
  const Allowed = class extends Notification {
    static override readonly permission = 'granted';
    static override readonly requestPermission = async () => 'granted' as const;
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      notified.push(title);
    }
  };
  Object.assign(window, { notified, Notification: Allowed });
}
