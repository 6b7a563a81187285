import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openServices } from '@/server/services.test-helper.ts';
import { measureDiskUse } from './disk-use.ts';

it('measures results, checkpoints and cache, without following links, and missing folders as 0', async () => {
  const services = openServices(undefined, { CACHE_DIR: 'cache', DATA_DIR: 'data', DATASETS_DIR: 'own' });
  const { results, cache, data, datasets } = services.env.paths;
  const before = await measureDiskUse(services);
  expect(before).toMatchObject({ cache: { folder: cache, bytes: 0 }, data: { bytes: 0 }, datasets: { bytes: 0 } });
  expect(before.freeBytes).toBeGreaterThan(0);

  mkdirSync(path.join(results, 'a-run'));
  mkdirSync(cache);
  mkdirSync(path.join(data, 'deeper'), { recursive: true });
  writeFileSync(path.join(results, 'a-run', 'checkpoint.safetensors'), Buffer.alloc(1000));
  writeFileSync(path.join(results, 'a-run', 'checkpoint-before.safetensors'), Buffer.alloc(900));
  writeFileSync(path.join(results, 'a-run', 'cifar10.h5'), Buffer.alloc(5000));
  writeFileSync(path.join(cache, 'features'), Buffer.alloc(70));
  writeFileSync(path.join(data, 'deeper', 'weights.h5'), Buffer.alloc(7));
  symlinkSync(path.join(results, 'a-run'), path.join(data, 'link'));
  const after = await measureDiskUse(services);
  expect(after.results.checkpointBytes).toBe(1900);
  expect(after.results.bytes - before.results.bytes).toBeGreaterThanOrEqual(6900);
  expect(after.cache.bytes).toBe(70);
  expect(after.data.bytes).toBeLessThan(1000);
  expect(after).toMatchObject({ results: { folder: results }, datasets: { folder: datasets, bytes: 0 } });
});
