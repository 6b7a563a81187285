import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { judgeEngines } from '@/server/model/engine/choose.ts';
import { unavailableEngines } from '@/server/model/engine/inventory/parts.ts';
import { saveFailure } from '@/server/model/engine/inventory/save-verdicts.ts';
import { readAllVerdicts } from '@/server/model/engine/inventory/verdicts.ts';
import { Canceled } from '@/server/model/errors.ts';
import { tryEngine } from './check-engine.ts';

const fixture = (name: string) => new URL(`fixtures/${name}.mjs`, import.meta.url);
const workload = { backbone: 'imagenet' as const, image_size: 96, n_unfreeze: 10, batch_size: 8 };

describe('a check that fails', () => {
  it.each([
    [0, 'crashes', 'crashed (SIGSEGV)'],
    [1, 'hangs', 'no verdict within 0.5 s'],
    [2, 'throws: its last error is reported', 'the driver is too old'],
    [3, 'sends an invalid message', 'invalid verdict'],
    [4, 'exits without a verdict', 'crashed (exit code 0)'],
  ])('%i: %s', async (failure, _, why) => {
    const timeout = failure === 1 ? 500 : 20_000;
    const verdict = await tryEngine(
      'cpu',
      { ...workload, batch_size: failure },
      { entry: fixture('broken-checks'), timeout },
    );
    expect(verdict).toEqual({ is: 'unfit', why: expect.stringContaining(why) });
  });
});

describe('a check that computes correctly, then times out', () => {
  const slowWorkload = { ...workload, batch_size: 5 };
  const options = { entry: fixture('broken-checks'), timeout: 1000 };

  it('counts as a slow but usable processor on cpu', async () => {
    const verdict = await tryEngine('cpu', slowWorkload, options);
    expect(verdict).toEqual({ is: 'able', device: 'a device', threads: 2, imagesPerSecond: 15 });
  });

  it('counts as a device that hangs on webgpu', async () => {
    const verdict = await tryEngine('webgpu', slowWorkload, options);
    expect(verdict).toEqual({ is: 'unfit', why: 'no verdict within 1 s' });
  });
});

it('a canceled check settles once', async () => {
  const settledAgain = vi.fn();
  process.on('multipleResolves', settledAgain);
  const cancellation = new AbortController();
  const options = { entry: fixture('broken-checks'), signal: cancellation.signal };
  const trial = tryEngine('cpu', { ...workload, batch_size: 1 }, options);
  setTimeout(() => cancellation.abort(), 200);
  await expect(trial).rejects.toThrow(Canceled);
  // The process exits a moment later.
  await sleep(300);
  process.off('multipleResolves', settledAgain);
  expect(settledAgain).not.toHaveBeenCalled();
});

it('a check that cannot be started is reported as such, not as a crash', async () => {
  vi.stubGlobal('process', Object.create(process, { execPath: { value: '/nowhere/node' } }));
  const trial = tryEngine('cpu', workload, { entry: fixture('quick-check') });
  vi.unstubAllGlobals();
  expect(await trial).toEqual({ is: 'unfit', why: expect.stringMatching(/could not be started: .*ENOENT/) });
});

it('an aborted signal cancels a running check and prevents a new one', async () => {
  const cancellation = new AbortController();
  const options = { entry: fixture('broken-checks'), signal: cancellation.signal };
  const trial = tryEngine('cpu', { ...workload, batch_size: 1 }, options);
  cancellation.abort();
  await expect(trial).rejects.toThrow(Canceled);
  await expect(tryEngine('cpu', { ...workload, batch_size: 1 }, options)).rejects.toThrow(Canceled);
});

it('a check runs from any folder', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'é 100%20 '));
  await copyFile(fixture('quick-check'), path.join(folder, 'check.mjs'));
  const verdict = await tryEngine('cpu', workload, { entry: pathToFileURL(path.join(folder, 'check.mjs')) });
  expect(verdict).toMatchObject({ is: 'able' });
  await rm(folder, { recursive: true });
});

describe('verdicts', () => {
  let cache: string;
  beforeAll(async () => {
    cache = await mkdtemp(path.join(tmpdir(), 'engines-'));
    vi.stubEnv('CHECKED', path.join(cache, 'checked.txt'));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(cache, { recursive: true });
  });
  const checked = () => readFileSync(path.join(cache, 'checked.txt'), 'utf8').trim().split('\n');
  const judge = (batch_size = 8) =>
    judgeEngines({ ...workload, batch_size }, cache, { tryAll: true, entry: fixture('quick-check') });

  it('give a reason for unavailable engines and the check’s result for the others', async () => {
    const verdicts = await judge();
    expect(verdicts).toMatchObject(unavailableEngines());
    expect(verdicts.cpu).toMatchObject({ is: 'able', imagesPerSecond: 8 });
    expect(checked()).toContain('cpu');
  });

  it('are saved: the same image size and batch size are not checked twice', async () => {
    const before = checked();
    expect((await judge()).cpu?.is).toBe('able');
    expect(checked()).toEqual(before);
    await judge(16);
    expect(checked().length).toBeGreaterThan(before.length);
  });

  it('change when a run fails on an engine', async () => {
    await saveFailure(cache, 'webgpu', 'the device was lost');
    expect((await judge()).webgpu).toEqual({ is: 'unfit', why: 'the device was lost' });
    expect(readAllVerdicts(cache).webgpu?.is).toBe('unfit');
    expect((await judge(32)).webgpu, 'with another batch size').toEqual({ is: 'unfit', why: 'the device was lost' });
    expect((await judge(32)).cpu?.is).toBe('able');
    await saveFailure(cache, 'cpu', 'memory ran out');
    expect((await judge()).cpu?.is).toBe('able');
  });
});
