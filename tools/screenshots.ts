import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { firstRunConfig } from '@/components/downloads/first-start.ts';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import { eventsOf } from '@/lib/run/reduce-run.ts';
import type { RunDetail } from '@/lib/run/run.ts';
import { isFinal } from '@/lib/run/status.ts';
import { visit } from './testing/app-page.ts';
import { startAppIn } from './testing/app-server.ts';
import { launchBrowser } from './testing/browser.ts';
import { inProject } from './testing/paths.ts';

/**
 * `npm run screenshots`: writes the images of the README to docs/images. The app runs in a temporary folder with the
 * example logs, and trains the Quick look preset and the same with a frozen base: on CIFAR-10 if DATA_DIR has it, else
 * on sketch10. Takes about two minutes. Run it on an idle machine, since the form shows an estimate that is measured.
 */

/** Pixels of an image; heights are at most this. */
const imageSize = { width: 1440, height: 1100 };

const imageFolder = inProject('docs/images');
const folder = mkdtempSync(path.join(tmpdir(), 'transfer-lab-screenshots-'));
cpSync(inProject('results/examples'), path.join(folder, 'results'), { recursive: true });
mkdirSync(imageFolder, { recursive: true });

const app = await startAppIn(folder, process.env.DATA_DIR ? {} : { DATA_DIR: path.join(folder, 'data') });
const browser = await launchBrowser();
try {
  await photographForm();
  const tuned = await startQuickRun('30 layers', {});
  await photographLiveRun(tuned);
  await photographTable(tuned);
  await waitUntil(tuned, (run) => run.status === 'completed');
  const frozen = await startQuickRun('frozen', { n_unfreeze: 0, epochs_stage2: 0 });
  await waitUntil(frozen, (run) => run.status === 'completed');
  await photographComparison([tuned, frozen]);
} finally {
  await browser.close();
  await app.stop();
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Opens a page of the app that fills an image.
 * @param width CSS pixels: fewer make larger text, which stays legible when a README scales the image down
 */
async function open(address: string, width: number): Promise<Page> {
  const deviceScaleFactor = imageSize.width / width;
  const height = Math.floor(imageSize.height / deviceScaleFactor);
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor, colorScheme: 'light' });
  page.setDefaultTimeout(600_000);
  await visit(page, `${app.url}${address}`);
  return page;
}

/** The form of a new run, with the measured estimate. */
async function photographForm(): Promise<void> {
  const page = await open('/runs/new', 1200);
  const estimate = page.locator('summary', { hasText: 'images ×' });
  await estimate.filter({ hasText: 'About', hasNotText: 'measuring' }).waitFor({ timeout: 120_000 });
  // Not this machine’s path.
  await page
    .locator('code', { hasText: /datasets$/ })
    .evaluate((element) => element.replaceChildren('transfer-lab/datasets'));
  await save(page, 'form');
}

/** A run in stage 2. */
async function photographLiveRun(id: string): Promise<void> {
  await waitUntil(id, (run) => eventsOf(run, 'epoch').filter(({ stage }) => stage === 2).length >= 3);
  // At this width the image ends below the second row of sample predictions.
  const page = await open(`/runs/${id}`, 1290);
  await waitForCharts(page);
  await save(page, 'live-run');
}

/** The table, with a running run, its curves and those of the examples that do not repeat it. */
async function photographTable(id: string): Promise<void> {
  const { runs } = await app.trpc.runs.list.query();
  const selected = runs.filter((run) => run.id === id || !/^quick: (30|rate)/.test(run.name)).map((run) => run.id);
  const page = await open(`/?sort=val&logx=true&selected=${selected}`, 1200);
  await waitForCharts(page);
  await save(page, 'table', page.getByRole('region', { name: 'Accuracy against time' }));
}

async function photographComparison(ids: readonly string[]): Promise<void> {
  const page = await open(`/compare?ids=${ids}`, 1440);
  await waitForCharts(page);
  await save(page, 'comparison', page.locator('section', { hasText: 'Results and config' }));
}

/** Starts the Quick look preset with some changes. @returns its id */
async function startQuickRun(name: string, changes: TrainConfigInput): Promise<string> {
  const config = firstRunConfig(await app.trpc.data.status.query());
  return (await app.trpc.runs.start.mutate({ ...config, name, ...changes })).id;
}

/** Polls a run. @throws Error if it ends before the condition holds */
async function waitUntil(id: string, condition: (run: RunDetail) => boolean): Promise<void> {
  for (;;) {
    const run = await app.trpc.runs.get.query({ id });
    if (condition(run)) return;
    if (isFinal(run.status)) throw new Error(`Run ${id} is ${run.status}: ${run.error}`);
    await sleep(250);
  }
}

/** Waits until every chart in view is drawn. */
async function waitForCharts(page: Page): Promise<void> {
  await page.locator('.js-plotly-plot .main-svg').first().waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('figure[aria-label]')].every(
      (figure) => figure.getBoundingClientRect().top > innerHeight || figure.querySelector('.main-svg'),
    ),
  );
}

/**
 * Writes the visible part of a page as a PNG with a palette, once all images are loaded, and closes the page.
 * @param last the image ends below this element, if that is in view
 */
async function save(page: Page, name: string, last?: Locator): Promise<void> {
  await page.evaluate(loadImages);
  await page.evaluate(() => document.fonts.ready);
  await sleep(1000); // transitions, and the fade-in of chart axes
  const viewport = page.viewportSize()!;
  const box = await last?.boundingBox();
  const height = box ? Math.min(viewport.height, Math.ceil(box.y + box.height) + 16) : viewport.height;
  const image = await page.screenshot({ clip: { x: 0, y: 0, width: viewport.width, height } });
  await page.close();
  await sharp(image)
    .png({ palette: true, effort: 10 })
    .toFile(path.join(imageFolder, `${name}.png`));
}

/** Runs in the page: loads its images, backgrounds included. @throws Error if one cannot be loaded */
async function loadImages(): Promise<void> {
  const urls = new Set([...document.images].map(({ src }) => src));
  for (const element of document.querySelectorAll<HTMLElement>('[style*="url("]')) {
    const [, url] = /url\("(.+?)"\)/.exec(element.style.backgroundImage) ?? [];
    if (url) urls.add(url);
  }
  for (const url of urls) {
    const image = new Image();
    image.src = url;
    await image.decode();
  }
}
