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

describe('an engine that goes wrong while it is tried', () => {
  it.each([
    [0, 'crashes', 'crashed (SIGSEGV)'],
    [1, 'hangs', 'no answer within 0.5 s'],
    [2, 'throws, and its last error is reported', 'the driver is too old'],
    [3, 'says nonsense', 'sent something that is no verdict'],
    [4, 'leaves without a word', 'crashed (exit code 0)'],
  ])('%i: %s', async (way, _, why) => {
    const patience = way === 1 ? 500 : 20_000;
    const verdict = await tryEngine(
      'cpu',
      { ...workload, batch_size: way },
      { entry: fixture('broken-checks'), patience },
    );
    expect(verdict).toEqual({ is: 'unfit', why: expect.stringContaining(why) });
  });
});

describe('a check that computes right, and then is late', () => {
  const late = { ...workload, batch_size: 5 };
  const options = { entry: fixture('broken-checks'), patience: 1000 };

  it('is of a slow processor, which still can train', async () => {
    const verdict = await tryEngine('cpu', late, options);
    expect(verdict).toEqual({ is: 'able', device: 'a device', threads: 2, imagesPerSecond: 15 });
  });

  it('is of a device that hangs', async () => {
    const verdict = await tryEngine('webgpu', late, options);
    expect(verdict).toEqual({ is: 'unfit', why: 'no answer within 1 s' });
  });
});

it('a check that is canceled settles once', async () => {
  const settledAgain = vi.fn();
  process.on('multipleResolves', settledAgain);
  const cancellation = new AbortController();
  const options = { entry: fixture('broken-checks'), signal: cancellation.signal };
  const trial = tryEngine('cpu', { ...workload, batch_size: 1 }, options);
  setTimeout(() => cancellation.abort(), 200);
  await expect(trial).rejects.toThrow(Canceled);
  // The process is gone a moment later.
  await sleep(300);
  process.off('multipleResolves', settledAgain);
  expect(settledAgain).not.toHaveBeenCalled();
});

it('a check that cannot be started is no crash', async () => {
  vi.stubGlobal('process', Object.create(process, { execPath: { value: '/nowhere/node' } }));
  const trial = tryEngine('cpu', workload, { entry: fixture('quick-check') });
  vi.unstubAllGlobals();
  expect(await trial).toEqual({ is: 'unfit', why: expect.stringMatching(/could not be started: .*ENOENT/) });
});

it('a check is ended when nobody wants to know any more', async () => {
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

  it('of engines that are not here say why, and of the others what was found', async () => {
    const verdicts = await judge();
    expect(verdicts).toMatchObject(unavailableEngines());
    expect(verdicts.cpu).toMatchObject({ is: 'able', imagesPerSecond: 8 });
    expect(checked()).toContain('cpu');
  });

  it('are kept: nothing is tried twice for the same size and batch', async () => {
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
    expect((await judge(32)).webgpu, 'with another batch').toEqual({ is: 'unfit', why: 'the device was lost' });
    expect((await judge(32)).cpu?.is).toBe('able');
    await saveFailure(cache, 'cpu', 'memory ran out');
    expect((await judge()).cpu?.is).toBe('able');
  });
});
