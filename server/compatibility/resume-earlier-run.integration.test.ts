import path from 'node:path';
import { expect, it } from 'vitest';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { until } from '@/server/runs/scenes.test-helper.ts';
import { openServices } from '@/server/services.test-helper.ts';
import { builtTrainer } from '@/tools/testing/paths.ts';
import { epochsOf, golden, unpackFixture } from './earlier-runs.test-helper.ts';

const { ids, left, resumed } = golden;

/**
 * Other processors and thread counts sum in another order and so round differently: losses may differ in the fourth
 * decimal, and one of the 25 validation or 50 test images may be classified differently. On the processor that created
 * the fixture, all values are equal.
 */
const tolerance = (name: string) => (/loss/.test(name) ? 1e-3 : 0.04);

function expectClose(actual: Record<string, number | null>, expected: Record<string, number | null>): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    const difference = Math.abs(actual[name]! - value!);
    expect({ name, actual: actual[name], isClose: difference <= tolerance(name) + 1e-9 }).toMatchObject({
      isClose: true,
    });
  }
}

it('resumes the run of an earlier trainer from its checkpoint, with the same result as that trainer', async () => {
  const folder = await unpackFixture();
  const DATA_DIR = path.join(folder, 'nothing');
  const services = openServices(folder, { TRAINER_ENTRY: builtTrainer, DATA_DIR, AUTO_RESUME: 'on' });
  services.queue.wake();
  await until(services, ids.interrupted, 'completed');
  const run = await readRun(services, ids.interrupted);
  const [before, expected] = [left.runs[ids.interrupted]!, resumed.interrupted].map(({ events }) => epochsOf(events));
  const epochs = epochsOf(run.events);
  const positions = (list: typeof epochs) => list.map(({ stage, epoch }) => [stage, epoch]);
  expect(positions(epochs)).toEqual(positions(expected!));
  expect(epochs.slice(0, before!.length)).toEqual(before);
  const { stage, epoch } = before!.at(-1)!;
  expect(run.events.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({ type: 'resumed', stage, epoch }),
  );
  for (const [index, { metrics }] of epochs.entries()) expectClose(metrics, expected![index]!.metrics);
  expectClose(run.metrics!, resumed.interrupted.metrics!);
  expect(run.files.map(({ name }) => name)).toEqual(resumed.interrupted.files.map(({ name }) => name));

  // The next run in the queue, which had not started, is then trained.
  await until(services, ids.queued, 'completed');
  expectClose((await readRun(services, ids.queued)).metrics!, resumed.queued.metrics!);
});
