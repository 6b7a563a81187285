import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

/** CSS pixels. Images are 1440 × 1100 pixels, so that text stays legible when a README scales them down. */
const viewport = { width: 1200, height: 916 };
const deviceScaleFactor = 1.2;
const timeout = 600_000;

const imageFolder = inProject('docs/images');
const folder = mkdtempSync(path.join(tmpdir(), 'transfer-lab-screenshots-'));
cpSync(inProject('results/examples'), path.join(folder, 'results'), { recursive: true });
mkdirSync(imageFolder, { recursive: true });

const app = await startAppIn(folder, process.env.DATA_DIR ? {} : { DATA_DIR: path.join(folder, 'data') });
const browser = await launchBrowser();
const page = await browser.newPage({ viewport, deviceScaleFactor, colorScheme: 'light' });
page.setDefaultTimeout(timeout);
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

/** The form of a new run, with the measured estimate. */
async function photographForm(): Promise<void> {
  await visit(page, `${app.url}/runs/new`);
  await page.locator('summary', { hasText: /^About .* images × [^…]*$/ }).waitFor();
  // Not this machine’s path.
  await page
    .locator('code', { hasText: /datasets$/ })
    .evaluate((element) => element.replaceChildren('transfer-lab/datasets'));
  await save('form');
}

/** A run in stage 2. */
async function photographLiveRun(id: string): Promise<void> {
  await visit(page, `${app.url}/runs/${id}`);
  await waitUntil(id, (run) => eventsOf(run, 'epoch').filter(({ stage }) => stage === 2).length >= 3);
  await waitForCharts();
  await save('live-run');
}

/** The table, with a running run, its curves and those of the examples that do not repeat it. */
async function photographTable(id: string): Promise<void> {
  const { runs } = await app.trpc.runs.list.query();
  const selected = runs.filter((run) => run.id === id || !/^quick: (30|rate)/.test(run.name)).map((run) => run.id);
  await visit(page, `${app.url}/?sort=val&logx=true&selected=${selected}`);
  await waitForCharts();
  await save('table');
}

async function photographComparison(ids: readonly string[]): Promise<void> {
  await visit(page, `${app.url}/compare?ids=${ids}`);
  await waitForCharts();
  await save('comparison');
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
async function waitForCharts(): Promise<void> {
  await page.locator('.js-plotly-plot .main-svg').first().waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('figure[aria-label]')].every(
      (figure) => figure.getBoundingClientRect().top > innerHeight || figure.querySelector('.main-svg'),
    ),
  );
}

/** Writes the visible part of the page as a PNG with a palette, once all images are loaded. */
async function save(name: string): Promise<void> {
  await page.mouse.move(0, 0);
  await page.waitForFunction(() =>
    [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0),
  );
  await page.evaluate(() => document.fonts.ready);
  await sleep(1000); // transitions, and the fade-in of chart axes
  const image = await page.screenshot();
  await sharp(image)
    .png({ palette: true, effort: 10 })
    .toFile(path.join(imageFolder, `${name}.png`));
}
