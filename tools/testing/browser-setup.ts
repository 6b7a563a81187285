import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../../server/model/files/is-alive.ts';
import { unpackBrowser } from './browser.ts';

/** Global setup of browser tests: unpacks the browser once, and stops the shared apps after all tests. */

let folder: string;

export async function setup(project: TestProject): Promise<void> {
  await unpackBrowser();
  folder = mkdtempSync(path.join(tmpdir(), 'shared-apps-'));
  project.provide('sharedApps', folder);
}

export async function teardown(): Promise<void> {
  const files = readdirSync(folder).map((name) => path.join(folder, name, 'pid'));
  const pids = files.filter((file) => existsSync(file)).map((file) => Number(readFileSync(file, 'utf8')));
  for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGINT');
  while (pids.some(isAlive)) await sleep(50);
  rmSync(folder, { recursive: true, force: true });
}
