import { existsSync } from 'node:fs';
import path from 'node:path';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/**
 * Starts a headless browser: the one at CHROME_PATH, otherwise an installed Chrome or Chromium, otherwise the one from
 * npm.
 */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROME_PATH || findChromium();
  if (executablePath) return chromium.launch({ executablePath, args: sandboxArgs() });
  // Playwright knows the location of Chrome on every system.
  return chromium
    .launch({ channel: 'chrome', args: sandboxArgs() })
    .catch(async () => chromium.launch({ executablePath: await sparticuz.executablePath(), args: packedArgs() }));
}

/** Unpacks the browser from npm once, before several test files start it concurrently. */
export async function unpackBrowser(): Promise<void> {
  if (!process.env.CHROME_PATH && !findChromium()) await sparticuz.executablePath();
}

function findChromium(): string | undefined {
  const names = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser'];
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  return folders.flatMap((folder) => names.map((name) => path.join(folder, name))).find((file) => existsSync(file));
}

/** Chrome's sandbox does not work for root, the user of many containers. */
const sandboxArgs = (): string[] => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

/** With the default `--single-process`, closing a page would crash the browser. */
const packedArgs = (): string[] => sparticuz.args.filter((arg) => arg !== '--single-process');
