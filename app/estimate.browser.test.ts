import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** What the form says of the time a run takes, with a trainer whose probes measure a thousand images a second. */

const TRAINER_ENTRY = scriptedTrainer;

describe('the estimate', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(shareApp({ TRAINER_ENTRY }));
    ({ app, page } = opened);
    await visit(page, `${app.url}/runs/new`);
    return opened.close;
  }, 600_000);

  const line = () => page.locator('summary', { hasText: 'images ×' });
  /** At most, as it is shown. */
  const expectTime = (time: string) =>
    expect.poll(() => line().locator('strong').textContent()).toBe(`at most ${time}`);
  const put = async (values: Record<string, string>) => {
    for (const [name, value] of Object.entries(values)) {
      const control = page.locator(`[name="${name}"]`);
      if (await control.evaluate((element) => element instanceof HTMLSelectElement)) await control.selectOption(value);
      else await control.fill(value);
    }
  };

  /** A frozen base on the original's images, whether they are here or not. */
  const original = { dataset: 'cifar10', backbone: 'imagenet', epochs_stage2: '0', n_unfreeze: '0' };

  it('measures this machine, follows what is typed, and lists the phases', async () => {
    await put({ ...original, epochs_stage1: '10', train_limit: '9000', image_size: '160' });
    // (12,000 images + 90,000 of the head + 3,000 mirrored) / 1000 s, and reading and writing; a quarter more.
    await expectTime('2\u00a0min 20\u00a0s');
    expect(await line().textContent()).toContain('9,000 images × 10 epochs · at most');
    await put({ epochs_stage1: '1' });
    await expectTime('35\u00a0s');
    await line().click();
    const phases = page.locator('details[open] dt').filter({ visible: true });
    expect(await phases.allTextContents()).toEqual([
      'Reading data',
      'Features',
      'Head training',
      'Evaluation',
      'Export',
    ]);
  });

  it('says nothing while a value is wrong', async () => {
    await put({ epochs_stage1: '1001' });
    await expect.poll(() => line().count()).toBe(0);
    await put({ epochs_stage1: '1' });
    await expectTime('35\u00a0s');
  });

  it('is rough while a run trains, and measured after it', async () => {
    const { id } = await app.trpc.runs.start.mutate({ name: 'waits' });
    await reload(page);
    await put({ ...original, epochs_stage1: '1', train_limit: '9000', image_size: '128' });
    await expect.poll(() => line().textContent()).toContain('roughly, to be measured when no run is training');
    await app.trpc.runs.cancel.mutate({ id });
    await expectTime('35\u00a0s');
    await expect.poll(() => line().textContent()).not.toContain('roughly');
  });
});
