import { expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';
import { tryEngine } from './check-engine.ts';

it('the real check, in a separate process, finds the processor able', async () => {
  // The built check; `npm test` rebuilds it if it is stale.
  const entry = inProject('dist/trainer/check-main.mjs');
  const workload = { backbone: 'imagenet' as const, image_size: 96, n_unfreeze: 10, batch_size: 8 };
  const verdict = await tryEngine('cpu', workload, { entry });
  expect(verdict).toMatchObject({ is: 'able', imagesPerSecond: expect.any(Number) });
});
