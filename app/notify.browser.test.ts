import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { showingTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** What is told to someone who looks at something else: the tab's title, a notification of the system. */

const TRAINER_ENTRY = showingTrainer;

describe('someone who looks elsewhere', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    await page.addInitScript(noteNotifications);
    return opened.close;
  }, 600_000);

  it('reads in the title how far a run is, and is notified of its end', async () => {
    const { id } = await app.trpc.runs.start.mutate({ name: 'n30', tags: ['stalls'] });
    await visit(page, `${app.url}/runs/${id}`);
    await expect.poll(() => page.title()).toMatch(/^\d+\u00a0% fine-tuning · n30$/);
    await page.getByRole('button', { name: 'Notify me' }).click();
    await page.getByRole('button', { name: 'Notification on', pressed: true }).waitFor();
    await app.trpc.runs.cancel.mutate({ id });
    await expect.poll(() => page.title()).toBe('n30: canceled');
    const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told);
    await expect.poll(told).toEqual(['n30: canceled']);
  });
});

/** Runs in the page: allows notifications, which a browser without a window never does, and notes their titles. */
function noteNotifications(): void {
  const told: string[] = [];
  const Allowed = class extends Notification {
    static override readonly permission = 'granted';
    static override readonly requestPermission = async () => 'granted' as const;
    constructor(title: string, options?: NotificationOptions) {
      super(title, options);
      told.push(title);
    }
  };
  Object.assign(window, { told, Notification: Allowed });
}
