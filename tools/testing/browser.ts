import { existsSync } from 'node:fs';
import path from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/**
 * Starts a browser without a window: the one that CHROME_PATH names, else an installed Chrome or Chromium, else the one
 * that npm brings.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH || findChromium();
  if (executablePath) return chromium.launch({ executablePath, args: sandboxArgs() });
  // Playwright knows where every system keeps Chrome.
  return chromium
    .launch({ channel: 'chrome', args: sandboxArgs() })
    .catch(async () => chromium.launch({ executablePath: await sparticuz.executablePath(), args: packedArgs() }));
}

/** npm's browser comes packed: unpacks it once, before several test files start it at the same moment. */
export async function unpackBrowser(): Promise<void> {
  if (!process.env.CHROME_PATH && !findChromium()) await sparticuz.executablePath();
}

function findChromium(): string | undefined {
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}

/** Chrome's sandbox refuses to start for root, as which many containers run. */
const sandboxArgs = (): string[] => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/** In a single process, as its makers want it, the browser would not survive the end of a page. */
const packedArgs = (): string[] => sparticuz.args.filter((arg) => arg !== '--single-process');
