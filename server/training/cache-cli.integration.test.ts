import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';

// The bundle that `npm run cache` runs. `npm test` builds it when it is stale.
const entry = inProject('dist/trainer/cache.mjs');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cache-'));
});
afterEach(() => rm(folder, { recursive: true }));

function cache(args: string[] = [], limit = '2.5') {
  const env = { ...process.env, CACHE_DIR: folder, CACHE_LIMIT: limit };
  const { status, stdout, stderr } = spawnSync(process.execPath, [entry, ...args], { env, encoding: 'utf8' });
  return { status, lines: stdout.replaceAll('\u00a0', ' ').trim().split('\n'), stderr };
}

it('lists cached files, most recently used first, and clears them', async () => {
  await writeFile(path.join(folder, 'features.f16'), new Uint8Array(1500));
  await writeFile(path.join(folder, 'older.f16'), new Uint8Array(500));
  const hourAgo = Date.now() / 1000 - 3600;
  await utimes(path.join(folder, 'older.f16'), hourAgo, hourAgo);
  expect(cache().lines).toEqual([
    '1.5 kB      just now  features.f16',
    '   500 B       1 h ago  older.f16',
    `2 files, 2.0 kB of at most 2.5 GB, in ${folder}`,
  ]);
  expect(cache(['--clear']).lines).toEqual([`Removed 2 files (2.0 kB) from ${folder}`]);
  expect(await readdir(folder)).toEqual([]);
  expect(cache().lines).toEqual([`0 files, 0 B of at most 2.5 GB, in ${folder}`]);
});

it('neither lists nor removes a file that a process is writing', async () => {
  const name = `features.f16.${process.pid}.tmp`;
  await writeFile(path.join(folder, name), 'half');
  await writeFile(path.join(folder, 'features.f16.99999999.tmp'), 'left by a killed process');
  expect(cache().lines.at(-1)).toMatch(/^1 file, /);
  cache(['--clear']);
  expect(await readdir(folder)).toEqual([name]);
});

it('exits 2 and explains an invalid flag or limit', () => {
  expect(cache(['--empty'])).toMatchObject({ status: 2, stderr: expect.stringContaining('usage: npm run cache') });
  expect(cache([], 'a lot')).toMatchObject({ status: 2, stderr: expect.stringContaining('CACHE_LIMIT must be') });
});
