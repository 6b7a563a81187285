import path from 'node:path';
import { expect, it } from 'vitest';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { builtTrainer } from '@/tools/testing/paths.ts';
import { epochsOf, golden, unpackFixture } from './left-runs.test-helper.ts';

const { ids, left, resumed } = golden;

/**
 * Another processor or number of threads adds in another order, and rounds otherwise: losses may differ in the fourth
 * decimal, and of the 25 validation and 50 test images one may be taken for another class. On the processor that made the fixture, all are equal.
 */
const tolerance = (name: string) => (/loss/.test(name) ? 1e-3 : 0.04);

function expectClose(found: Record<string, number | null>, due: Record<string, number | null>): void {
  expect(Object.keys(found)).toEqual(Object.keys(due));
  for (const [name, value] of Object.entries(due)) {
    const difference = Math.abs(found[name]! - value!);
    expect({ name, found: found[name], isClose: difference <= tolerance(name) + 1e-9 }).toMatchObject({
      isClose: true,
    });
  }
}

it('a run that an earlier trainer began is resumed from its checkpoint, and ends as that trainer would have ended it', async () => {
  const folder = await unpackFixture();
  const DATA_DIR = path.join(folder, 'nothing');
  const services = openServices(folder, { TRAINER_ENTRY: builtTrainer, DATA_DIR, AUTO_RESUME: 'on' });
  services.queue.wake();
  await until(services, ids.interrupted, 'completed');
  const run = await readRun(services, ids.interrupted);
  const [before, due] = [left.runs[ids.interrupted]!, resumed.interrupted].map(({ events }) => epochsOf(events));
  const epochs = epochsOf(run.events);
  const places = (of: typeof epochs) => of.map(({ stage, epoch }) => [stage, epoch]);
  expect(places(epochs)).toEqual(places(due!));
  expect(epochs.slice(0, before!.length)).toEqual(before);
  const { stage, epoch } = before!.at(-1)!;
  expect(run.events.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ type: 'resumed', stage, epoch }),
  );
  for (const [index, { metrics }] of epochs.entries()) expectClose(metrics, due![index]!.metrics);
  expectClose(run.metrics!, resumed.interrupted.metrics!);
  expect(run.files.map(({ name }) => name)).toEqual(resumed.interrupted.files.map(({ name }) => name));

  // The run behind it in the queue is trained next, as if it had been started today.
  await until(services, ids.queued, 'completed');
  expectClose((await readRun(services, ids.queued)).metrics!, resumed.queued.metrics!);
});
