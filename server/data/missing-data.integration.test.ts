import path from 'node:path';
import { expect, it } from 'vitest';
import { createCaller } from '@/server/router.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { startScene, until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { pidTrainer } from '@/tools/testing/paths.ts';
import { makeFolder } from './source.test-helper.ts';

it('a run that lacks data starts, and says itself what it lacks, where nobody has asked for that', async () => {
  const folder = path.join(await makeFolder(), 'nowhere');
  // The built trainer. `npm test` builds it when it is stale.
  const services = openServices(undefined, { DATA_DIR: folder, TRAINER_ENTRY: pidTrainer });
  const status = await createCaller(services).data.status();
  expect([status.folder, new Set(status.parts.map(({ state }) => state.is))]).toEqual([folder, new Set(['missing'])]);
  const id = await startScene(services, 'any');
  await until(services, id, 'failed');
  const { error } = await readRun(services, id);
  expect(error).toMatch(/CIFAR-10 is missing: there is no file .*nowhere.* `npm run get-data` or the button .* https:/);
});
