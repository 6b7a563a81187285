import { readFileSync } from 'node:fs';
import { type ClientRequest, request } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type AppServer, startApp } from '@/tools/testing/app-server.ts';
import { launchBrowser } from '@/tools/testing/browser.ts';
import { showingTrainer } from '@/tools/testing/paths.ts';
import { fault, times } from './fault.test-helper.ts';

const TRAINER_ENTRY = showingTrainer;
const readers = 50;
const tabs = times(8, 2);
/** What all of them may cost the server beside what it takes anyway. Bytes. */
const mostMemory = 2 ** 29;

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

const memory = (): number | null => {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${app.process.pid}/status`, 'utf8'))![1]) * 1024;
  } catch {
    return null;
  }
};
const listeners = async () => (await app.trpc.system.status.query()).listeners;
const patience = { timeout: 120_000, interval: 200 };

/** Follows a run. @param read told what comes; left out, nothing is read but the beginning */
const follow = (runId: string, read?: (text: string) => void): ClientRequest => {
  const input = encodeURIComponent(JSON.stringify({ runId }));
  const sent = request(`${app.url}/api/trpc/runs.follow?input=${input}`, (response) => {
    if (read) response.setEncoding('utf8').on('data', read);
    else response.once('readable', () => response.read(1));
    response.on('error', () => {});
  });
  sent.on('error', () => {});
  sent.end();
  return sent;
};

describe('load', () => {
  fault('many follow a run', `${readers} who hardly read, ${tabs} browsers, one who reads`, async () => {
    // Whatever is made when it is first asked for is there before memory is looked at.
    const warm = await browsers[0]!.newPage();
    await warm.goto(`${app.url}/runs/new`, patience);
    const alone = await listeners();
    const atFirst = memory();
    const { id } = await app.trpc.runs.start.mutate({ tags: ['goes on'], epochs_stage1: 1000 });

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
    // A browser each: one browser has six lines to a server, and closes those of tabs that nobody sees.
    for (let started = 1; started < tabs; started++) browsers.push(await launchBrowser());
    const pages = await Promise.all(browsers.map((browser) => browser.newPage()));
    for (const page of pages) await page.goto(`${app.url}/runs/${id}`, patience);
    await expect.poll(listeners, patience).toBe(alone + readers + 1 + tabs);

    const together = received.length + times(60, 15);
    await expect.poll(() => received.length, patience).toBeGreaterThan(together);
    for (const page of pages) await expect.poll(() => shownEpochs(page), patience).toBeGreaterThan(together);
    await app.trpc.runs.cancel.mutate({ id });
    const { events } = await app.trpc.runs.get.query({ id });
    const epochs = events.filter(({ event }) => event.type === 'epoch').length;
    for (const page of pages) await expect.poll(() => shownEpochs(page), patience).toBe(epochs);
    await expect.poll(() => received.length, patience).toBe(epochs);
    expect(received).toEqual(Array.from({ length: epochs }, (_, index) => index + 1));
    const taken = atFirst === null ? null : memory()! - atFirst;
    if (taken !== null) expect(taken).toBeLessThan(mostMemory);

    for (const reader of [...slow, fast]) reader.destroy();
    await closeBrowsers();
    await expect.poll(listeners, patience).toBe(alone);
    const late = delays.sort((a, b) => a - b);
    const at = (share: number) => Math.round(late[Math.floor(share * (late.length - 1))]!);
    const cost = taken === null ? '' : `; ${Math.round(taken / 1e6)} MB more memory`;
    return `${epochs} epochs, each once and in order, half of them within ${at(0.5)} ms, 95 % within ${at(0.95)} ms${cost}; no listener is left`;
  });

  fault('who follows goes without a word', `${readers} lines that are cut while a run goes on`, async () => {
    const alone = await listeners();
    const { id } = await app.trpc.runs.start.mutate({ tags: ['goes on'], epochs_stage1: 1000 });
    for (let round = 0; round < times(10, 2); round++) {
      const followed = Array.from({ length: readers }, () => follow(id));
      await expect.poll(listeners, patience).toBe(alone + readers);
      for (const one of followed) one.destroy();
      await expect.poll(listeners, patience).toBe(alone);
    }
    await app.trpc.runs.cancel.mutate({ id });
    return 'no listener is left after each time';
  });
});

async function shownEpochs(page: Page): Promise<number> {
  const label = await page.getByRole('figure', { name: /^accuracy/ }).getAttribute('aria-label');
  return Number(/(\d+) epochs/.exec(label ?? '')?.[1] ?? 0);
}
