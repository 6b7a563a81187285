import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { type RunQueryInput, runQuerySchema } from '@/lib/runs/query.ts';
import { type Database, openDatabase } from '@/server/db/database.ts';
import { countFacets } from '@/server/runs/queries/count-facets.ts';
import { readBestRuns } from '@/server/runs/queries/read-best-runs.ts';
import { readCurves } from '@/server/runs/queries/read-curves.ts';
import { readPoints } from '@/server/runs/queries/read-points.ts';
import { listRuns } from '@/server/runs/queries/read-runs.ts';
import { startAppIn } from './testing/app-server.ts';
import { launchBrowser } from './testing/browser.ts';
import { inProject } from './testing/paths.ts';
import { seedRuns } from './testing/seed-runs.ts';

/**
 * `npm run bench:dashboard`: measures server and browser with a table of 10,000 runs, 100 of which have 500 epochs.
 * Prints one line per measurement; docs/BENCHMARKS.md lists the results. `-- server` and `-- browser` measure only one
 * of them.
 */

const requested = process.argv.slice(2);
const isRequested = (part: string) => requested.length === 0 || requested.includes(part);
const folder = mkdtempSync(path.join(tmpdir(), 'transfer-lab-bench-'));
const file = path.join(folder, 'results', 'transfer-lab.db');
mkdirSync(path.dirname(file));
const db = openDatabase(file, inProject('drizzle/migrations'));
seedRuns(db, { runs: 10_000, long: 100 });
if (isRequested('server')) measureServer(db);
db.$client.close();
if (isRequested('browser')) await measureBrowser();
rmSync(folder, { recursive: true });

function measureServer(db: Database): void {
  const list = (input: RunQueryInput) => () => listRuns(db, runQuerySchema.parse(input));
  time('first page of the table, newest first', list({}));
  for (const column of ['val', 'test', 'tta', 'time', 'name', 'n_unfreeze', 'lr_stage2', 'images'] as const) {
    time(`sorted by ${column}, descending`, list({ sort: { column, descending: true } }));
    time(`sorted by ${column}, ascending`, list({ sort: { column, descending: false } }));
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
  time('best runs', () => readBestRuns(db, query()));
  time('filter values and counts', () => countFacets(db));
  time('2,000 points of the scatter plot', () => readPoints(db, query(), 'batch_size'));
  const long = query({ filter: { tag: ['long'] }, limit: 100 });
  time('curves of 100 runs of 500 epochs', () => readCurves(db, long, 'val_accuracy'));
}

/** Reports the first time, and median and maximum of eleven more, in milliseconds. JSON encoding is included. */
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
    const [firstByte, complete] = await page.evaluate(() => {
      const [entry] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
      return [entry!.responseStart - entry!.requestStart, entry!.responseEnd - entry!.requestStart];
    });
    report('runs page: first byte, complete', `${firstByte!.toFixed(0)} ms, ${complete!.toFixed(0)} ms`);
    await measureScrolling(page);
    await measureOverlay(page, app.url);
  } finally {
    await browser.close();
    await app.stop();
  }
}

/** Scrolls by 200 turns of the wheel; counts frames, and those with a missing row or one whose run is still loading. */
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
    `${seen.blank} blank, ${seen.waiting} with a row loading`,
  );
}

/** Runs in the page: checks in every frame that the visible part of the table is filled with rows. */
function watchRows(): void {
  const seen = { frames: 0, blank: 0, waiting: 0, pixels: 0 };
  Object.assign(window, { seen });
  const scroller = document.querySelector('[data-scroller]')!;
  // A method, because tsx wraps named functions in a helper that does not exist in the page.
  const watch = {
    check() {
      const { left, top, bottom } = scroller.getBoundingClientRect();
      const rows = [];
      for (let y = top + 45; y < bottom - 4; y += 30)
        rows.push(document.elementFromPoint(left + 200, y)?.closest('tr'));
      seen.frames++;
      if (rows.some((row) => !row)) seen.blank++;
      else if (rows.some((row) => !row?.dataset.runId)) seen.waiting++;
      seen.pixels = scroller.scrollTop;
      requestAnimationFrame(watch.check);
    },
  };
  requestAnimationFrame(watch.check);
}

/** Time to draw 100 runs of 500 epochs after the click, and then to show the tooltip under the pointer. */
async function measureOverlay(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/?tag=long&stage=both`);
  await page.locator('section[aria-label="Curves"] .scatterlayer .trace').nth(4).waitFor();
  await page.waitForLoadState('networkidle');
  const clicked = performance.now();
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
  report('100 runs of 500 epochs drawn', `${(drawn - clicked).toFixed(0)} ms after the click`);
  report('with the tooltip under the pointer', `${(performance.now() - clicked).toFixed(0)} ms after the click`);
}

function report(label: string, figures: string): void {
  console.log(`${label.padEnd(52)} ${figures}`);
}
