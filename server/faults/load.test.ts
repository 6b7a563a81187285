import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { launchBrowser } from '@/tools/testing/browser.ts';
import { demoTrainer } from '@/tools/testing/paths.ts';
import { fault, times } from './fault.test-helper.ts';

const TRAINER_ENTRY = demoTrainer;
const readers = 50;
const tabs = times(8, 2);
/** Additional memory that all clients together may cost the server, in bytes. */
const maxMemory = 2 ** 29;

let app: AppServer;
let browsers: Browser[] = [];
beforeAll(async () => {
  app = await startApp({ TRAINER_ENTRY });
  browsers = [await launchBrowser()];
}, 600_000);
afterAll(async () => {
  await closeBrowsers();
  await app?.stop();
});

const closeBrowsers = () => Promise.all(browsers.map((browser) => browser.close()));

/** Peak memory of the server in bytes; null if the system does not report it. */
const peakMemory = (): number | null => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${app.process.pid}/status`, 'utf8'))![1]) * 1024;
  } catch {
    return null;
  }
};
const listeners = async () => (await app.trpc.system.status.query()).listeners;
const patience = { timeout: 120_000, interval: 200 };

/** Follows a run. @param onData receives the stream; if omitted, only the beginning is read */
const follow = (runId: string, onData?: (text: string) => void): ClientRequest => {
  const input = encodeURIComponent(JSON.stringify({ runId }));
  const sent = request(`${app.url}/api/trpc/runs.follow?input=${input}`, (response) => {
    if (onData) response.setEncoding('utf8').on('data', onData);
    else response.once('readable', () => response.read(1));
    response.on('error', () => {});
  });
  sent.on('error', () => {});
  sent.end();
  return sent;
};

describe('load', () => {
  fault(
    'many clients follow a run',
    `${readers} that hardly read, ${tabs} browsers and one that reads everything`,
    async () => {
      // Loads everything that is created lazily before memory is measured.
      const warm = await browsers[0]!.newPage();
      await warm.goto(`${app.url}/runs/new`, patience);
      const initialListeners = await listeners();
      const initialMemory = peakMemory();
      const { id } = await app.trpc.runs.start.mutate({ tags: ['streams epochs'], epochs_stage1: 1000 });

      const slow = Array.from({ length: readers }, () => follow(id));
      const received: number[] = [];
      const delays: number[] = [];
      const fast = follow(id, (text) => {
        for (const [, json] of text.matchAll(/^data: (\{.*"type":"epoch".*\})$/gm)) {
          const { event } = JSON.parse(json!);
          received.push(event.epoch);
          delays.push(Date.now() - event.at);
        }
      });
      // Separate browsers, because one browser opens at most six connections to a server and closes those of hidden
      // tabs.
      for (let started = 1; started < tabs; started++) browsers.push(await launchBrowser());
      const pages = await Promise.all(browsers.map((browser) => browser.newPage()));
      for (const page of pages) await page.goto(`${app.url}/runs/${id}`, patience);
      await expect.poll(listeners, patience).toBe(initialListeners + readers + 1 + tabs);

      const enough = received.length + times(60, 15);
      await expect.poll(() => received.length, patience).toBeGreaterThan(enough);
      for (const page of pages) await expect.poll(() => shownEpochs(page), patience).toBeGreaterThan(enough);
      await app.trpc.runs.cancel.mutate({ id });
      const { events } = await app.trpc.runs.get.query({ id });
      const epochs = events.filter(({ event }) => event.type === 'epoch').length;
      for (const page of pages) await expect.poll(() => shownEpochs(page), patience).toBe(epochs);
      await expect.poll(() => received.length, patience).toBe(epochs);
      expect(received).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
      const used = initialMemory === null ? null : peakMemory()! - initialMemory;
      if (used !== null) expect(used).toBeLessThan(maxMemory);

      for (const reader of [...slow, fast]) reader.destroy();
      await closeBrowsers();
      await expect.poll(listeners, patience).toBe(initialListeners);
      const sorted = delays.sort((a, b) => a - b);
      const percentile = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))]!);
      const cost = used === null ? '' : `; ${Math.round(used / 1e6)} MB more memory`;
      return `${epochs} epochs, each once and in order, 50 % within ${percentile(0.5)} ms, 95 % within ${percentile(0.95)} ms${cost}; no listener is left`;
    },
  );

  fault('clients disconnect abruptly', `${readers} connections closed while a run trains`, async () => {
    const initialListeners = await listeners();
    const { id } = await app.trpc.runs.start.mutate({ tags: ['streams epochs'], epochs_stage1: 1000 });
    for (let round = 0; round < times(10, 2); round++) {
      const followed = Array.from({ length: readers }, () => follow(id));
      await expect.poll(listeners, patience).toBe(initialListeners + readers);
      for (const one of followed) one.destroy();
      await expect.poll(listeners, patience).toBe(initialListeners);
    }
    await app.trpc.runs.cancel.mutate({ id });
    return 'no listener is left after each round';
  });
});

async function shownEpochs(page: Page): Promise<number> {
  const label = await page.getByRole('figure', { name: /^accuracy/ }).getAttribute('aria-label');
  return Number(/(\d+) epochs/.exec(label ?? '')?.[1] ?? 0);
}
