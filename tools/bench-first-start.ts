import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from '@/server/router.ts';
import { visit } from './testing/app-page.ts';
import { launchBrowser } from './testing/browser.ts';

/**
 * `npm run bench:first-start`: measures a new user's waiting times: from cloning to the page, and from the click on
 * "Start the first run" to its first epoch and its end. Works in an empty folder with an empty home, without data,
 * builds or caches, and downloads only from npm. `-- FOLDER` clones another checkout. Prints one line per measurement.
 */

const source = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '..'));
const folder = mkdtempSync(path.join(tmpdir(), 'first-start-'));
const clone = path.join(folder, 'transfer-lab');
const environment = cleanEnvironment();

try {
  const started = Date.now();
  run('git', ['clone', '--quiet', source, clone], folder);
  run('npm', ['ci'], clone);
  report('Cloned and installed', started);
  const { server, url } = await startServer();
  try {
    report('Clone to page', started);
    await measureFirstRun(url);
  } finally {
    server.kill('SIGINT');
    await once(server, 'exit');
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Only the variables that programs and npm need; none that redirects data, results or caches. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => /^(PATH|LANG|TERM|SHELL|npm_config_nodedir)$/.test(name));
  const home = path.join(folder, 'home');
  const overrides = { HOME: home, npm_config_cache: path.join(home, 'npm'), PORT: '0' };
  return { ...Object.fromEntries(kept), ...overrides } as unknown as NodeJS.ProcessEnv;
}

function run(command: string, args: string[], cwd: string): void {
  execFileSync(command, args, { cwd, env: environment, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Starts the server as `npm start` does. @returns its URL, once it answers */
async function startServer(): Promise<{ server: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ['tools/start.mjs'], {
    cwd: clone,
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      output += data;
      const line = /^http:\/\/\S+$/m.exec(output);
      if (line) resolve(line[0]);
    });
    child.once('exit', (code) => reject(new Error(`npm start exited with code ${code}:\n${output}`)));
  });
  await (await fetch(url)).text();
  return { server: child, url };
}

async function measureFirstRun(url: string): Promise<void> {
  const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc` })] });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await visit(page, url);
    const button = page.getByRole('button', { name: 'Start the first run' });
    await button.waitFor();
    const clicked = Date.now();
    await button.click();
    await page.waitForURL(/\/runs\/\d{8}-/);
    const id = page.url().split('/').at(-1)!;
    await page.locator('main[data-run-status=completed]').waitFor({ timeout: 1_200_000 });
    const { events, metrics } = await trpc.runs.get.query({ id });
    const first = events.find(({ event }) => event.type === 'epoch')!.event.at;
    const done = events.at(-1)!.event.at;
    report('Click to first epoch', clicked, first);
    report('Click to completed', clicked, done);
    console.log(`Test accuracy: ${(100 * (metrics?.test_end2end ?? Number.NaN)).toFixed(2)} %`);
  } finally {
    await browser.close();
  }
}

function report(label: string, from: number, to = Date.now()): void {
  console.log(`${label}: ${((to - from) / 1000).toFixed(1)} s`);
}
