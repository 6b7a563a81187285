import type { Browser, BrowserContextOptions, Page, Response } from 'playwright-core';
import type { AppServer } from './app-server.ts';
import { launchBrowser } from './browser.ts';

export interface AppPage {
  app: AppServer;
  browser: Browser;
  page: Page;
  /** Closes all pages and stops the app. To be returned by `beforeAll`. */
  close(): Promise<void>;
}

/** Generous for busy machines; passing tests do not wait this long. Milliseconds. */
const timeout = 90_000;

/** One browser per worker, shared by its test files. It exits with the worker. */
let launched: Browser | null = null;
async function shareBrowser(): Promise<Browser> {
  if (!launched?.isConnected()) launched = await launchBrowser();
  return launched;
}

/** Opens a blank page with separate cookies and storage, while the app is starting. */
export async function openAppPage(starting: Promise<AppServer>, options: BrowserContextOptions = {}): Promise<AppPage> {
  const [app, browser] = await Promise.all([starting, shareBrowser()]);
  const close = async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await app.stop();
  };
  const page = await browser.newPage(options);
  page.setDefaultTimeout(timeout);
  return { app, browser, page, close };
}

/** Navigates to an address and waits for hydration, before which the page ignores input. */
export async function visit(page: Page, address: string): Promise<Response | null> {
  const response = await page.goto(address);
  await untilHydrated(page);
  return response;
}

/** Reloads the page and waits for hydration. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await untilHydrated(page);
}

/** The colour scheme button is enabled by hydration. */
const untilHydrated = (page: Page) => page.getByRole('button', { name: /^Switch to/, disabled: false }).waitFor();
