import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Preset, presets } from '@/lib/config/presets.ts';
import { type TrainConfig, type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import { openAppPage, visit } from '@/tools/testing/app-page.ts';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { scriptedTrainer } from '@/tools/testing/paths.ts';

/** The new-run form with a scripted trainer: how it is filled, what it shows and what it submits. */

const TRAINER_ENTRY = scriptedTrainer;
const defaults = trainConfigSchema.parse({});
/** A preset with all defaults, on the bundled data. */
const presetConfig = ({ config }: Preset) =>
  trainConfigSchema.parse({ ...config, dataset: 'sketch10', backbone: 'sketch' });

let noData: string;
let app: AppServer;
let page: Page;
beforeAll(async () => {
  noData = await mkdtemp(path.join(tmpdir(), 'transfer-lab-no-data-'));
  const started = startApp({ TRAINER_ENTRY, DATA_DIR: noData });
  const opened = await openAppPage(started, { permissions: ['clipboard-read', 'clipboard-write'] });
  ({ app, page } = opened);
  return async () => {
    await opened.close();
    await rm(noData, { recursive: true });
  };
}, 600_000);
beforeEach(async () => {
  await visit(page, `${app.url}/runs/new`);
  // Input before the page’s code has loaded is lost. The estimate is rendered last.
  await page.getByText(/ images × \d+ epochs/).waitFor();
});

const field = (name: keyof TrainConfig) => page.locator(`[name="${name}"]`);
const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const originText = () => page.getByRole('region', { name: 'Start from' }).getByRole('status');

/** The form’s config, read through its copy button. */
async function copyConfig(): Promise<TrainConfig> {
  await press('Copy JSON');
  await page.getByText('Copied').waitFor();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
}

async function paste(text: string): Promise<void> {
  await press('Paste JSON');
  await page.getByLabel('Config as JSON').fill(text);
}

/** Submits the form with the keyboard. @returns the config of the started run */
async function submit(): Promise<TrainConfig> {
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/runs\/\d{8}-/);
  return (await app.trpc.runs.get.query({ id: page.url().split('/').at(-1)! })).config;
}

it('refuses a batch larger than the training images with augmentation, until any field changes that', async () => {
  const problem = page.locator('#batch_size-problem');
  await field('batch_size').fill('101');
  await field('train_limit').fill('100');
  await field('augment').check();
  await problem.getByText(/^Must be 100 or less: there are only 100 training images.* larger batches\.$/).waitFor();
  await page.keyboard.press('Control+Enter');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('batch_size');
  await field('train_limit').fill('101');
  await problem.waitFor({ state: 'detached' });
  expect(await submit()).toMatchObject({ batch_size: 101, train_limit: 101, augment: true });
});

describe('presets', () => {
  it('fill the form, starting with the quickest, and changes are listed', async () => {
    expect(await copyConfig()).toEqual(presetConfig(presets[0]));
    await field('name').fill('mine');
    for (const preset of presets) {
      await press(new RegExp(`^${preset.title}`));
      await expect.poll(() => originText().textContent()).toBe(`Matches the ${preset.title} preset.`);
      expect(await page.locator('[aria-pressed=true]').textContent()).toContain(preset.title);
      expect(await copyConfig()).toEqual({ ...presetConfig(preset), name: 'mine' });
    }
    await field('batch_size').fill('16');
    await field('augment').check();
    await expect
      .poll(() => originText().textContent())
      .toBe(`Based on ${presets.at(-1)!.title}; changed: Batch size, Augment · Undo changes`);
    expect(await page.locator('[aria-pressed=true]').textContent()).toContain('changed');
    await press('Undo changes');
    expect(await copyConfig()).toEqual({ ...presetConfig(presets.at(-1)!), name: 'mine' });
  });
});

describe('fields without an effect', () => {
  it('are disabled with a reason, keep their values and are submitted', async () => {
    await field('augment').check();
    await field('rotation').fill('33');
    await field('use_mixup').check();
    await field('mixup_alpha').fill('0.7');
    await field('augment').uncheck();
    expect(await field('rotation').isDisabled()).toBe(true);
    expect(await page.locator('#rotation-help').textContent()).toBe('Not used: augment is off.');
    await field('epochs_stage2').fill('0');
    expect(await field('use_mixup').isDisabled()).toBe(true);
    expect(await field('mixup_alpha').isDisabled()).toBe(true);
    expect(await submit()).toMatchObject({ rotation: 33, use_mixup: true, mixup_alpha: 0.7, epochs_stage2: 0 });
  });

  it('stay editable while their value is invalid', async () => {
    await field('augment').check();
    await field('zoom').fill('5');
    await field('augment').uncheck();
    expect(await field('zoom').isEnabled()).toBe(true);
    await page.getByText('Fix 1 field to start.').waitFor();
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => field('zoom').evaluate((element) => element === document.activeElement)).toBe(true);
    await field('zoom').fill('0.5');
    expect(await field('zoom').isDisabled()).toBe(true);
  });
});

describe('the network strip', () => {
  it('shows which layers are trained, and sets the first trained block', async () => {
    const description = () => page.locator('output').first().textContent();
    await field('n_unfreeze').fill('30');
    await expect.poll(description).toBe('Trains 15 of 52 conv layers (block 12 – Conv_1)');
    const block = page.getByRole('button', { name: /^block 15: 3 conv layers/ });
    await block.focus();
    // Arrow keys move from the block that the Tab key would focus.
    await expect.poll(() => block.getAttribute('tabindex')).toBe('0');
    await page.getByText('block 15: 3 conv layers (1 × 1, 3 × 3 depthwise, 1 × 1), trained').waitFor();
    await page.keyboard.press('ArrowLeft');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await expect.poll(focused).toMatch(/^block 14: /);
    await page.keyboard.press('Enter');
    await expect.poll(() => field('n_unfreeze').inputValue()).toBe('19');
    await expect.poll(description).toBe('Trains 10 of 52 conv layers (block 14 – Conv_1)');
  });
});

describe('pasted JSON', () => {
  it('fills valid fields, explains the others, and keeps the remaining values', async () => {
    await field('name').fill('mine');
    const before = await copyConfig();
    await paste(
      '{"n_unfreeze": 12, "augment": "True", "n_unfrieze": 3, "learning_rate": 1, "batch_size": "many", "zoom": 7}',
    );
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 fields can be filled in.').waitFor();
    await dialog.getByRole('button', { name: 'Fill in' }).click();
    await dialog.waitFor({ state: 'detached' });
    const messages = await page.getByRole('alert').locator('li').allTextContents();
    expect(messages).toEqual([
      'Unknown field n_unfrieze. Did you mean n_unfreeze?',
      'Unknown field learning_rate (value: 1).',
      'batch_size must be a number, not "many".',
      'zoom must be 0.9 or less, not 7.',
    ]);
    expect(await copyConfig()).toEqual({ ...before, n_unfreeze: 12, augment: true });
    await press('Dismiss this notice');
    expect(await page.getByRole('alert').locator('li').count()).toBe(0);
  });

  it('is rejected if it is not a config', async () => {
    const before = await copyConfig();
    await paste('{"n_unfreeze": 12');
    await page.getByText(/^This is not JSON/).waitFor();
    expect(await page.getByRole('button', { name: 'Fill in' }).isDisabled()).toBe(true);
    await page.keyboard.press('Control+Enter'); // neither fills the form nor starts a run
    await page.keyboard.press('Escape');
    expect(await copyConfig()).toEqual(before);
  });
});

describe('another run’s config', () => {
  const first: TrainConfigInput = {
    name: 'completes',
    n_unfreeze: 12,
    lr_stage2: 3e-5,
    augment: true,
    zoom: 0.25,
    tags: ['a', 'b'],
    optimizer: 'sgd',
    image_size: 128,
    json_output_path: 'results/first.json',
  };

  it('fills the form and starts exactly one run, even if submitted repeatedly', async () => {
    const { id } = await app.trpc.runs.start.mutate(first);
    await visit(page, `${app.url}/runs/${id}`);
    await page.getByRole('link', { name: 'Edit as new run' }).click();
    await expect.poll(() => originText().textContent()).toBe('Matches the run completes.');
    expect(await copyConfig()).toEqual({ ...defaults, ...first, json_output_path: '' });
    await field('n_unfreeze').fill('13');
    const before = (await app.trpc.runs.list.query()).total;
    for (let times = 0; times < 3; times++) await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/runs\/\d{8}-/);
    const { runs } = await app.trpc.runs.list.query();
    expect(runs).toHaveLength(before + 1);
    expect(runs[0]!.config).toEqual({ ...defaults, ...first, json_output_path: '', n_unfreeze: 13 });
  });

  it('is reported as missing for an unknown run, and the form stays usable', async () => {
    const answer = await visit(page, `${app.url}/runs/new?from=20200101-000000-none`);
    expect(answer!.status()).toBe(404);
    await page.getByText('The run to copy the config from was not found').waitFor();
    await field('name').fill('completes');
    expect((await submit()).name).toBe('completes');
  });
});

describe('without data', () => {
  it('explains in the preview that data is missing, and offers a download', async () => {
    await field('dataset').selectOption('cifar10');
    await page.getByText('Images appear here once CIFAR-10 is downloaded.').waitFor();
    await page.getByRole('button', { name: /^Download CIFAR-10/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Shuffle' }).isDisabled()).toBe(true);
    await field('dataset').selectOption('sketch10');
    await page.getByText('No augmentation: the network sees the original images.').waitFor();
    await expect.poll(() => page.getByRole('img', { name: 'airplane' }).count()).toBe(1);
  });
});

describe.skipIf(!realData)(needsData('the preview'), () => {
  it('shows training images changed by the selected options', async () => {
    const withData = await startApp({ TRAINER_ENTRY });
    try {
      await visit(page, `${withData.url}/runs/new`);
      const images = page.getByRole('region', { name: 'Preview' }).getByRole('listitem').locator('canvas:first-child');
      /** The pixels of all eight images, as data URLs. */
      const drawn = async () =>
        (await images.evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()))).join();
      await page.getByText('No augmentation: the network sees the original images.').waitFor();
      await expect.poll(() => images.first().getAttribute('aria-label')).not.toBe('no image yet');
      const plain = await drawn();
      await field('augment').check();
      await expect.poll(drawn).not.toBe(plain);
      const augmented = await drawn();
      await press('Shuffle');
      await expect.poll(drawn).not.toBe(augmented);
      await field('augment').uncheck();
      await field('use_mixup').check();
      await field('mixup_alpha').fill('10');
      await page
        .getByText(/^\d+\u00a0% \w+$/)
        .first()
        .waitFor();
    } finally {
      await withData.stop();
    }
  });
});
