import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';

// The bundle that `npm run bench` executes. `npm test` builds it when it is stale.
const entry = inProject('dist/bench/bench.mjs');
const bench = (...args: string[]) => spawnSync(process.execPath, [entry, ...args], { encoding: 'utf8' });

it('prints each engine’s speed as a line of JSON', () => {
  const small = ['--image_size', '96', '--batch_size', '8', '--images=16', '--threads', '1', '--augment'];
  const { status, stdout } = bench('--json', ...small);
  expect(status).toBe(0);
  const lines = stdout.trim().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    const result = JSON.parse(line);
    expect(result).toMatchObject({ image_size: 96, batch_size: 8, n_unfreeze: 30, threads: 1, augment: true });
    for (const name of ['extract_images_per_s', 'finetune_images_per_s', 'startup_s', 'peak_memory_mb']) {
      expect(result[name]).toBeGreaterThan(0);
    }
  }
});

it('names an invalid flag', () => {
  const { status, stderr } = bench('--images', 'many');
  expect(status).toBe(2);
  expect(stderr).toContain('--images many: must be a positive integer');
});
