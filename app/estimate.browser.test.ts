import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { openAppPage, reload, visit } from '@/tools/testing/app-page.ts';
import type { AppServer } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';
import { shareApp } from '@/tools/testing/shared-app.ts';

/** The form’s duration estimate, with a trainer whose probes measure 1,000 images per second. */

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
  const expectDuration = (range: string) =>
    expect.poll(() => line().textContent()).toMatch(new RegExp(`^About ${range} on this machine \\(`));
  const fill = async (values: Record<string, string>) => {
    for (const [name, value] of Object.entries(values)) {
      const control = page.locator(`[name="${name}"]`);
      if (await control.evaluate((element) => element instanceof HTMLSelectElement)) await control.selectOption(value);
      else await control.fill(value);
    }
  };

  /** A frozen base on CIFAR-10, which need not be downloaded. */
  const frozenBase = { dataset: 'cifar10', backbone: 'imagenet', epochs_stage2: '0', n_unfreeze: '0' };

  it('measures this machine, follows the form’s values, and lists the phases', async () => {
    await fill({ ...frozenBase, epochs_stage1: '10', train_limit: '9000', image_size: '160' });
    // (12,000 images + 90,000 of the head + 3,000 mirrored) / 1000 s and 3 s of reading and writing; up to 25 % more.
    await expectDuration('1–3\u00a0min');
    expect(await line().textContent()).toContain(' · 9,000 images × 10 epochs');
    await fill({ epochs_stage1: '1' });
    await expectDuration('25–35\u00a0s');
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

  it('is hidden while a value is invalid', async () => {
    await fill({ epochs_stage1: '1001' });
    await expect.poll(() => line().count()).toBe(0);
    await fill({ epochs_stage1: '1' });
    await expectDuration('25–35\u00a0s');
  });

  it('is a rough estimate while a run trains, and measured afterwards', async () => {
    const { id } = await app.trpc.runs.start.mutate({ name: 'waits' });
    await reload(page);
    await fill({ ...frozenBase, epochs_stage1: '1', train_limit: '9000', image_size: '128' });
    await expect.poll(() => line().textContent()).toContain('rough estimate, to be measured when no run is training');
    await app.trpc.runs.cancel.mutate({ id });
    await expectDuration('25–35\u00a0s');
    await expect.poll(() => line().textContent()).not.toContain('rough estimate');
  });
});
