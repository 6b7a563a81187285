import type { Browser, BrowserContextOptions, Page, Response } from 'playwright-core';
import type { AppServer } from './app-server.ts';
import { launchBrowser } from './browser.ts';

export interface AppPage {
  app: AppServer;
  browser: Browser;
  page: Page;
  /** Ends the app and closes all pages; what a `beforeAll` returns. */
  close(): Promise<void>;
}

/** Milliseconds: what is waited for comes late on a busy machine, and a test that passes does not wait. */
const patience = 90_000;

/** The browser of this worker, whose test files follow one another. It ends with the worker. */
let launched: Browser | null = null;
async function shareBrowser(): Promise<Browser> {
  if (!launched?.isConnected()) launched = await launchBrowser();
  return launched;
}

/** A page, with cookies and storage of its own, beside an app that is being started. It has not gone anywhere yet. */
export async function openAppPage(starting: Promise<AppServer>, options: BrowserContextOptions = {}): Promise<AppPage> {
  const [app, browser] = await Promise.all([starting, shareBrowser()]);
  const close = async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await app.stop();
  };
  const page = await browser.newPage(options);
  page.setDefaultTimeout(patience);
  return { app, browser, page, close };
}

/** Goes to an address and waits for the page's own code: what is done before it has come is not heard. */
export async function visit(page: Page, address: string): Promise<Response | null> {
  const answer = await page.goto(address);
  await isListening(page);
  return answer;
}

/** The same for where it is already. */
export async function reload(page: Page): Promise<void> {
  await page.reload();
  await isListening(page);
}

/** Its switch for the colours can be pressed from then on. */
const isListening = (page: Page) => page.getByRole('button', { name: /^Switch to/, disabled: false }).waitFor();
