import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import type { Page, Request } from 'playwright-core';
import type { TrainConfigInput } from '@/lib/config/train-config.ts';
import { type AppServer, startApp } from './testing/app-server.ts';
import { launchBrowser } from './testing/browser.ts';
import { demoTrainer } from './testing/paths.ts';

/**
 * `npm run bench:page`: measures the size of the pages, the delay until an epoch is displayed, and the CPU load of a
 * page that follows a long run. Needs CIFAR-10 in the data folder. Prints one line per measurement; docs/BENCHMARKS.md
 * lists the results. `-- weight`, `-- latency` and `-- long` measure only one of them.
 */

/** Epochs of about a second. Early stopping may end it, so it is repeated until there are `latencyEpochs`. */
const latencyRun = {
  name: 'latency',
  train_limit: 1000,
  image_size: 96,
  n_unfreeze: 10,
  batch_size: 64,
  epochs_stage1: 5,
  epochs_stage2: 110,
  lr_stage2: 1e-6,
} satisfies TrainConfigInput;
const latencyEpochs = 100;

const longRun = { name: 'long', tags: ['streams epochs'], epochs_stage1: 500 };

const measurements = { weight: measureSize, latency: measureLatency, long: measureLongRun };
const requested = process.argv.slice(2);
for (const [name, measure] of Object.entries(measurements)) {
  if (requested.length === 0 || requested.includes(name)) await measure();
}

/** Compressed JavaScript of the runs page, without and with charts. */
async function measureSize(): Promise<void> {
  await onPage({ withRealTrainer: false }, async (page, app) => {
    /** Sizes in the order of the requests. */
    const scripts: Promise<number>[] = [];
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.push(compressedSize(request));
    });
    const visit = async (ready: () => Promise<unknown>) => {
      scripts.length = 0;
      await page.goto(app.url);
      await ready();
      return Promise.all(scripts);
    };
    const empty = await visit(() => page.waitForLoadState('networkidle'));
    report('JavaScript of the first page, without a run', `${kilobytes(sum(empty))} in ${empty.length} files`);
    await app.trpc.runs.start.mutate({ tags: ['completes'] });
    const withCharts = await visit(() => page.locator('.js-plotly-plot').first().waitFor({ timeout: 60_000 }));
    // Plotly is by far the largest.
    const plotly = withCharts.indexOf(Math.max(...withCharts));
    const before = withCharts.slice(0, plotly);
    report('JavaScript of the runs page before Plotly', `${kilobytes(sum(before))} in ${before.length} files`);
    report('Added when a chart is in view', kilobytes(sum(withCharts) - sum(before)));
  });
}

async function compressedSize(request: Request): Promise<number> {
  const response = await request.response();
  return response ? gzipSync(await response.body()).length : 0;
}

/** Delay from the trainer's timestamp of an epoch to the first animation frame after Plotly drew it. */
async function measureLatency(): Promise<void> {
  await onPage({ withRealTrainer: true }, async (page, app) => {
    const delays: number[] = [];
    let seconds = 0;
    while (delays.length < latencyEpochs) {
      const { id } = await app.trpc.runs.start.mutate(latencyRun);
      await page.goto(`${app.url}/runs/${id}`);
      await page.evaluate(watchFrames);
      await waitForEnd(app, id);
      const frames = await page.evaluate(() => (window as unknown as { frames: Frame[] }).frames);
      const { events } = await app.trpc.runs.get.query({ id });
      const emitted = events.flatMap(({ event }) => (event.type === 'epoch' && event.stage === 2 ? [event.at] : []));
      seconds += (emitted.at(-1)! - emitted[0]!) / 1000;
      for (const [index, at] of emitted.entries()) {
        const frame = frames.find(({ epochs }) => epochs > latencyRun.epochs_stage1 + index);
        if (frame) delays.push(frame.at - at);
      }
    }
    delays.sort((a, b) => a - b);
    const percentile = (share: number) => `${Math.round(delays[Math.floor((delays.length - 1) * share)]!)} ms`;
    report(
      `From the trainer to the screen, ${delays.length} epochs of ${(seconds / delays.length).toFixed(1)} s`,
      `median ${percentile(0.5)}, p95 ${percentile(0.95)}, maximum ${percentile(1)}`,
    );
  });
}

interface Frame {
  /** Unix ms. */
  at: number;
  /** Number of epochs drawn. */
  epochs: number;
}

/** Runs in the page: records the time and the number of epochs in the first frame after each redraw. */
function watchFrames(): void {
  const frames: { at: number; epochs: number }[] = [];
  Object.assign(window, { frames });
  type Chart = HTMLElement & { on(event: string, listener: () => void): void; data: { name: string; y: unknown[] }[] };
  const timer = setInterval(() => {
    const chart = document.querySelector<Chart>('[aria-label^="accuracy"].js-plotly-plot');
    if (!chart?.on) return;
    clearInterval(timer);
    chart.on('plotly_afterplot', () =>
      requestAnimationFrame(() => {
        const curve = chart.data.find(({ name }) => name === 'validation');
        frames.push({ at: Date.now(), epochs: curve?.y.filter((value) => value !== null).length ?? 0 });
      }),
    );
  }, 20);
}

/** CPU load of a page that follows 500 epochs, five per second. */
async function measureLongRun(): Promise<void> {
  await onPage({ withRealTrainer: false }, async (page, app) => {
    const { id } = await app.trpc.runs.start.mutate(longRun);
    await page.goto(`${app.url}/runs/${id}`);
    await page.locator('.js-plotly-plot').first().waitFor({ timeout: 60_000 });
    const session = await page.context().newCDPSession(page);
    // CPU time, so that other load on the machine does not count.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const read = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      const metric = (name: string) => metrics.find((each) => each.name === name)!.value;
      return { at: Date.now() / 1000, page: metric('TaskDuration'), browser: metric('ProcessTime') };
    };
    const readings = [await read()];
    await sleep(30_000);
    readings.push(await read());
    await waitForEnd(app, id);
    readings.push(await read());
    const shareOf = (from: number, to: number, what: 'page' | 'browser') => {
      const [first, last] = [readings[from]!, readings[to]!];
      return `${((100 * (last[what] - first[what])) / (last.at - first.at)).toFixed(1)} %`;
    };
    report(
      'Page following 500 epochs, five per second',
      `${shareOf(0, 2, 'page')} of a core (first 30 s ${shareOf(0, 1, 'page')}, then ${shareOf(1, 2, 'page')})`,
    );
    report('Its browser process, including software rendering', shareOf(0, 2, 'browser'));
  });
}

async function waitForEnd(app: AppServer, id: string): Promise<void> {
  while (['queued', 'running'].includes((await app.trpc.runs.get.query({ id })).status)) await sleep(1000);
}

async function onPage(
  { withRealTrainer }: { withRealTrainer: boolean },
  measure: (page: Page, app: AppServer) => Promise<void>,
): Promise<void> {
  const app = await startApp({ TRAINER_ENTRY: withRealTrainer ? '' : demoTrainer });
  const browser = await launchBrowser();
  try {
    await measure(await browser.newPage({ viewport: { width: 1440, height: 900 } }), app);
  } finally {
    await browser.close();
    await app.stop();
  }
}

function report(label: string, figure: string): void {
  console.log(`${label}: ${figure}`);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(0)} kB`;
}
