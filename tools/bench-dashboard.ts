import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { type RunQueryInput, runQuerySchema } from '@/lib/runs/query.ts';
import { type Database, openDatabase } from '@/server/db/database.ts';
import { countFacets } from '@/server/runs/queries/count-facets.ts';
import { readCurves } from '@/server/runs/queries/read-curves.ts';
import { readPoints } from '@/server/runs/queries/read-points.ts';
import { listRuns } from '@/server/runs/queries/read-runs.ts';
import { summariseRuns } from '@/server/runs/queries/summarise-runs.ts';
import { startAppIn } from './testing/app-server.ts';
import { launchBrowser } from './testing/browser.ts';
import { inProject } from './testing/paths.ts';
import { seedRuns } from './testing/seed-runs.ts';

/**
 * `npm run bench:dashboard`: what the table of 10,000 runs, 100 of them of 500 epochs, takes of the server and in a browser.
 * Prints a line a figure; docs/BENCHMARKS.md keeps them. `-- server` and `-- browser` measure only that.
 */

const asked = process.argv.slice(2);
const isAsked = (part: string) => asked.length === 0 || asked.includes(part);
const folder = mkdtempSync(path.join(tmpdir(), 'transfer-lab-bench-'));
const file = path.join(folder, 'results', 'transfer-lab.db');
mkdirSync(path.dirname(file));
const db = openDatabase(file, inProject('drizzle/migrations'));
seedRuns(db, { runs: 10_000, long: 100 });
if (isAsked('server')) measureServer(db);
db.$client.close();
if (isAsked('browser')) await measureBrowser();
rmSync(folder, { recursive: true });

function measureServer(db: Database): void {
  const list = (input: RunQueryInput) => () => listRuns(db, runQuerySchema.parse(input));
  time('first page of the table, newest first', list({}));
  for (const column of ['val', 'test', 'tta', 'time', 'name', 'n_unfreeze', 'lr_stage2', 'images'] as const) {
    time(`sorted by ${column}`, list({ sort: { column, descending: true } }));
    time(`sorted by ${column}, the other way`, list({ sort: { column, descending: false } }));
  }
  time('rows 9,900 to 10,000, sorted by val', list({ sort: { column: 'val', descending: true }, offset: 9900 }));
  time('filtered by depth', list({ filter: { n_unfreeze: [30] } }));
  time('filtered by tag', list({ filter: { tag: ['sweep'] } }));
  time('searched', list({ filter: { search: 'run 77' } }));
  const all = {
    filter: { search: 'run 7', optimizer: ['sgd'] },
    sort: { column: 'lr_stage2', descending: true },
  } as const;
  time('filtered, searched and sorted', list(JSON.parse(JSON.stringify(all))));
  const query = (input: RunQueryInput = {}) => runQuerySchema.parse(input);
  time('the best of all', () => summariseRuns(db, query()));
  time('what there is to filter by', () => countFacets(db));
  time('2,000 points of the scatter', () => readPoints(db, query(), 'batch_size'));
  const long = query({ filter: { tag: ['long'] }, limit: 100 });
  time('curves of 100 runs of 500 epochs', () => readCurves(db, long, 'val_accuracy'));
}

/** The first time, and of eleven more the median and the slowest, as JSON as it travels. Milliseconds. */
function time(name: string, work: () => unknown): void {
  const times = Array.from({ length: 12 }, () => {
    const start = performance.now();
    JSON.stringify(work());
    return performance.now() - start;
  });
  const [first, ...others] = times;
  const sorted = others.toSorted((a, b) => a - b);
  const figures = [
    `first ${first!.toFixed(0)} ms`,
    `median ${sorted[5]!.toFixed(0)} ms`,
    `slowest ${sorted[10]!.toFixed(0)} ms`,
  ];
  report(name, figures.join(', '));
}

async function measureBrowser(): Promise<void> {
  const [app, browser] = await Promise.all([startAppIn(folder), launchBrowser()]);
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(app.url);
    await page.goto(app.url);
    const [wait, whole] = await page.evaluate(() => {
      const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return [entry!.responseStart - entry!.requestStart, entry!.responseEnd - entry!.requestStart];
    });
    report('the page of runs: to the first byte, and whole', `${wait!.toFixed(0)} ms, ${whole!.toFixed(0)} ms`);
    await measureScrolling(page);
    await measureOverlay(page, app.url);
  } finally {
    await browser.close();
    await app.stop();
  }
}

/** 200 turns of a wheel: frames, and those in which a row was missing, or there without its run. */
async function measureScrolling(page: Page): Promise<void> {
  await page.locator('tr[data-run-id]').nth(10).waitFor();
  await page.evaluate(watchRows);
  await page.locator('[data-scroller]').hover();
  for (let turn = 0; turn < 200; turn++) {
    await page.mouse.wheel(0, 240);
    await page.waitForTimeout(16);
  }
  const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen);
  report(
    `scrolled ${seen.pixels} px: ${seen.frames} frames`,
    `${seen.blank} blank, ${seen.waiting} with a row on its way`,
  );
}

/** Runs in the page: looks in every frame whether all of what is seen of the table is rows. */
function watchRows(): void {
  const seen = { frames: 0, blank: 0, waiting: 0, pixels: 0 };
  Object.assign(window, { seen });
  const scroller = document.querySelector('[data-scroller]')!;
  // A method: tsx marks functions that have a name with a helper, which no page has.
  const watch = {
    look() {
      const { left, top, bottom } = scroller.getBoundingClientRect();
      const rows = [];
      for (let y = top + 45; y < bottom - 4; y += 30)
        rows.push(document.elementFromPoint(left + 200, y)?.closest('tr'));
      seen.frames++;
      if (rows.some((row) => !row)) seen.blank++;
      else if (rows.some((row) => !row?.dataset.runId)) seen.waiting++;
      seen.pixels = scroller.scrollTop;
      requestAnimationFrame(watch.look);
    },
  };
  requestAnimationFrame(watch.look);
}

/** 100 runs of 500 epochs, from the click that asks for them; and then from the pointer to what the chart says there. */
async function measureOverlay(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/?tag=long&stage=both`);
  await page.locator('section[aria-label="Curves"] .scatterlayer .trace').nth(4).waitFor();
  await page.waitForLoadState('networkidle');
  const began = performance.now();
  await page.locator('section[aria-label="Curves"] label', { hasText: '100' }).click();
  await page.waitForFunction(
    () => document.querySelectorAll('section[aria-label="Curves"] .scatterlayer .trace').length === 100,
    undefined,
    { polling: 'raf' },
  );
  const drawn = performance.now();
  const box = (await page.locator('section[aria-label="Curves"] .nsewdrag').boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 4);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 5);
  await page.locator('section[aria-label="Curves"] .hoverlayer .hovertext').first().waitFor({ timeout: 10_000 });
  report('100 runs of 500 epochs drawn', `${(drawn - began).toFixed(0)} ms after the click`);
  report('and saying what is under the pointer', `${(performance.now() - began).toFixed(0)} ms after the click`);
}

function report(what: string, figures: string): void {
  console.log(`${what.padEnd(52)} ${figures}`);
}
