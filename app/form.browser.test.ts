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

/** What fills the form, and what it says and sends then; with a trainer that plays scenes. */

const TRAINER_ENTRY = scriptedTrainer;
const defaults = trainConfigSchema.parse({});
/** A preset with every field filled in, on what comes with the app. */
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
  // What is typed before the page's code has come is not heard; its estimate is the last to come.
  await page.getByText(/ images × \d+ epochs/).waitFor();
});

const field = (name: keyof TrainConfig) => page.locator(`[name="${name}"]`);
const press = (name: string | RegExp) => page.getByRole('button', { name }).click();
const origin = () => page.getByRole('region', { name: 'Start from' }).getByRole('status');

/** What the form holds, as it hands it out. */
async function copied(): Promise<TrainConfig> {
  await press('Copy JSON');
  await page.getByText('Copied').waitFor();
  return JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
}

async function paste(text: string): Promise<void> {
  await press('Paste JSON');
  await page.getByLabel('Config as JSON').fill(text);
}

/** Starts by the keys alone. @returns what the server was asked for */
async function start(): Promise<TrainConfig> {
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/runs\/\d{8}-/);
  return (await app.trpc.runs.get.query({ id: page.url().split('/').at(-1)! })).config;
}

describe('presets', () => {
  it('fill the form, the quick one at first, and say what was changed since', async () => {
    expect(await copied()).toEqual(presetConfig(presets[0]));
    await field('name').fill('mine');
    for (const preset of presets) {
      await press(new RegExp(`^${preset.title}`));
      await expect.poll(() => origin().textContent()).toBe(`As in ${preset.title}.`);
      expect(await page.locator('[aria-pressed=true]').textContent()).toContain(preset.title);
      expect(await copied()).toEqual({ ...presetConfig(preset), name: 'mine' });
    }
    await field('batch_size').fill('16');
    await field('augment').check();
    await expect.poll(() => origin().textContent()).toContain('changed: Batch size, Augment');
    expect(await page.locator('[aria-pressed=true]').textContent()).toContain('changed');
    await press('Take back');
    expect(await copied()).toEqual({ ...presetConfig(presets.at(-1)!), name: 'mine' });
  });
});

describe('fields that others leave unused', () => {
  it('are disabled in words, keep their values and are sent', async () => {
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
    expect(await start()).toMatchObject({ rotation: 33, use_mixup: true, mixup_alpha: 0.7, epochs_stage2: 0 });
  });

  it('can be mended where they hold what would be refused', async () => {
    await field('augment').check();
    await field('zoom').fill('5');
    await field('augment').uncheck();
    expect(await field('zoom').isEnabled()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await expect.poll(() => field('zoom').evaluate((element) => element === document.activeElement)).toBe(true);
    await field('zoom').fill('0.5');
    expect(await field('zoom').isDisabled()).toBe(true);
  });
});

describe('the strip', () => {
  it('shows what is trained, and lets training begin at a block', async () => {
    const words = () => page.locator('output').first().textContent();
    await field('n_unfreeze').fill('30');
    await expect.poll(words).toBe('Trains 15 of 52 conv layers (block 12 – Conv_1)');
    const block = page.getByRole('button', { name: /^block 15: 3 conv layers/ });
    await block.focus();
    // The arrow keys go from where the Tab key would come to.
    await expect.poll(() => block.getAttribute('tabindex')).toBe('0');
    await page.getByText('block 15: 3 conv layers (1 × 1, 3 × 3 depthwise, 1 × 1), trained').waitFor();
    await page.keyboard.press('ArrowLeft');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
    await expect.poll(focused).toMatch(/^block 14: /);
    await page.keyboard.press('Enter');
    await expect.poll(() => field('n_unfreeze').inputValue()).toBe('19');
    await expect.poll(words).toBe('Trains 10 of 52 conv layers (block 14 – Conv_1)');
  });
});

describe('pasted JSON', () => {
  it('fills what is right, says of every other key why not, and loses nothing', async () => {
    await field('name').fill('mine');
    const before = await copied();
    await paste('{"n_unfreeze": 12, "augment": "True", "learning_rate": 1, "batch_size": "many", "zoom": 7}');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('2 fields can be filled in.').waitFor();
    await dialog.getByRole('button', { name: 'Fill in' }).click();
    await dialog.waitFor({ state: 'detached' });
    const said = await page.getByRole('alert').locator('li').allTextContents();
    expect(said).toEqual([
      'learning_rate no run has such a field (it is 1)',
      'batch_size must be a number, not "many"',
      'zoom must be 0.9 or less, not 7',
    ]);
    expect(await copied()).toEqual({ ...before, n_unfreeze: 12, augment: true });
    await press('Put this notice away');
    expect(await page.getByRole('alert').locator('li').count()).toBe(0);
  });

  it('is not taken where it is no config', async () => {
    const before = await copied();
    await paste('{"n_unfreeze": 12');
    await page.getByText(/^This is not JSON/).waitFor();
    expect(await page.getByRole('button', { name: 'Fill in' }).isDisabled()).toBe(true);
    await page.keyboard.press('Control+Enter'); // neither fills nor starts anything
    await page.keyboard.press('Escape');
    expect(await copied()).toEqual(before);
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

  it('fills the form, is changed and run: once, however often the keys are pressed', async () => {
    const { id } = await app.trpc.runs.start.mutate(first);
    await visit(page, `${app.url}/runs/${id}`);
    await page.getByRole('link', { name: 'Edit as new run' }).click();
    await expect.poll(() => origin().textContent()).toBe('As in completes.');
    expect(await copied()).toEqual({ ...defaults, ...first, json_output_path: '' });
    await field('n_unfreeze').fill('13');
    const before = (await app.trpc.runs.list.query()).total;
    for (let times = 0; times < 3; times++) await page.keyboard.press('Control+Enter');
    await page.waitForURL(/\/runs\/\d{8}-/);
    const { runs } = await app.trpc.runs.list.query();
    expect(runs).toHaveLength(before + 1);
    expect(runs[0]!.config).toEqual({ ...defaults, ...first, json_output_path: '', n_unfreeze: 13 });
  });

  it('is not there for an unknown run: the form says so and can be used', async () => {
    const answer = await visit(page, `${app.url}/runs/new?from=20200101-000000-none`);
    expect(answer!.status()).toBe(404);
    await page.getByText('The run to copy the config from was not found').waitFor();
    await field('name').fill('completes');
    expect((await start()).name).toBe('completes');
  });
});

describe('without data', () => {
  it('says so where the images would be, and how to get them', async () => {
    await field('dataset').selectOption('cifar10');
    await page.getByText('Images appear here once CIFAR-10 is downloaded.').waitFor();
    await page.getByRole('button', { name: /^Download CIFAR-10/ }).waitFor();
    expect(await page.getByRole('button', { name: 'Shuffle' }).isDisabled()).toBe(true);
    await field('dataset').selectOption('sketch10');
    await page.getByText('Nothing changes the images').waitFor();
    await expect.poll(() => page.getByRole('img', { name: 'airplane' }).count()).toBe(1);
  });
});

describe.skipIf(!realData)(needsData('the preview'), () => {
  it('shows training images as the options chosen change them', async () => {
    const withData = await startApp({ TRAINER_ENTRY });
    try {
      await visit(page, `${withData.url}/runs/new`);
      const images = page.getByRole('region', { name: 'Preview' }).getByRole('listitem').locator('canvas:first-child');
      /** All eight as they are drawn, in one text. */
      const drawn = async () =>
        (await images.evaluateAll((all) => all.map((one) => (one as HTMLCanvasElement).toDataURL()))).join();
      await page.getByText('Nothing changes the images').waitFor();
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
