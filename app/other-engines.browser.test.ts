import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { unavailableReason } from '@/server/model/engine/inventory/parts.ts';
import { someData } from '@/server/model/network/real-data.test-helper.ts';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';

/** A small run from the form on the engines other than `cpu` that need no GPU. */

const noTensorFlow = unavailableReason('tensorflow');
const tensorFlowTitle = 'trains on tensorflow';

describe('a complete run from the form', () => {
  let app: AppServer;
  let page: Page;
  beforeAll(async () => {
    const opened = await openAppPage(startApp());
    ({ app, page } = opened);
    return opened.close;
  });

  async function trainOn(engine: 'wasm' | 'tensorflow'): Promise<void> {
    await visit(page, `${app.url}/runs/new`);
    const fields = { name: `on ${engine}`, n_unfreeze: '10', batch_size: '32', train_limit: '250' };
    for (const [name, value] of Object.entries({ ...fields, epochs_stage1: '2', epochs_stage2: '1' })) {
      await page.locator(`[name=${name}]`).fill(value);
    }
    const group = page.locator('details', { has: page.locator('[name=engine]') });
    if ((await group.getAttribute('open')) === null) await group.locator('summary').first().click();
    for (const [name, value] of Object.entries({ ...someData, image_size: '96', engine })) {
      await page.locator(`[name=${name}]`).selectOption(value);
    }
    await page.locator('[type=submit]').click();
    await page.waitForURL(/\/runs\/\d{8}-/);
    const status = () => page.locator('main').getAttribute('data-run-status');
    await expect.poll(status, { timeout: 500_000 }).toMatch(/completed|failed/);
    const run = await app.trpc.runs.get.query({ id: page.url().split('/').at(-1)! });
    expect(run).toMatchObject({ status: 'completed', error: null, engine });
    const events = run.events.map(({ event }) => event);
    expect(events.filter((event) => event.type === 'epoch')).toHaveLength(3);
    expect(events.find((event) => event.type === 'started')).toMatchObject({ engine, trainedKernels: 5 });
    expect(run.files.map(({ name }) => name)).toEqual(expect.arrayContaining(['cifar10.h5', 'cifar10.onnx']));
  }

  it('trains on wasm', { timeout: 600_000 }, () => trainOn('wasm'));

  it.skipIf(noTensorFlow)(
    noTensorFlow ? `${tensorFlowTitle} (skipped: ${noTensorFlow})` : tensorFlowTitle,
    { timeout: 600_000 },
    () => trainOn('tensorflow'),
  );
});
