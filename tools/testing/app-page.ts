import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { AppServer } from './app-server.ts';
import { launchBrowser } from './browser.ts';

export interface AppPage {
  app: AppServer;
  browser: Browser;
  page: Page;
  /** Ends both; what a `beforeAll` returns. */
  close(): Promise<void>;
}

/** A page of a browser beside an app that is being started. It has not gone anywhere yet. */
export async function openAppPage(starting: Promise<AppServer>, options: BrowserContextOptions = {}): Promise<AppPage> {
  const [app, browser] = await Promise.all([starting, launchBrowser()]);
  const close = async () => {
    await browser.close();
    await app.stop();
  };
  return { app, browser, page: await browser.newPage(options), close };
}
