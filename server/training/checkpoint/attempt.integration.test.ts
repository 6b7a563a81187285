import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { fewImages, makeFewImages } from '@/server/model/dataset/few-images.test-helper.ts';
import { spawnTrainer } from '@/server/training/spawn-trainer.test-helper.ts';

it.skipIf(process.platform === 'win32')('a superseded trainer that wakes up writes nothing', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'attempt-'));
  await makeFewImages(folder);
  const run = path.join(folder, 'results', 'a');
  const files = async () => {
    const names = (await readdir(run)).sort();
    return Promise.all(names.map(async (name) => [name, (await readFile(path.join(run, name))).toString('base64')]));
  };
  let before: unknown;
  const config = {
    ...fewImages,
    image_size: 96,
    train_limit: 200,
    batch_size: 32,
    epochs_stage1: 500,
    engine: 'cpu',
  } as const;
  const { events } = await spawnTrainer('a', config, {
    data: path.join(folder, 'nothing'),
    folder,
    attempt: 1,
    onEvent: async (event, child) => {
      if (event.type !== 'epoch' || before) return;
      child.kill('SIGSTOP');
      // While it writes a checkpoint it would first finish that, which is bit-identical to that of the next attempt.
      if ((await readdir(run)).some((name) => /\.tmp$|-next/.test(name))) return void child.kill('SIGCONT');
      // As the server does before it starts the next attempt.
      await writeFile(path.join(run, 'attempt'), '2');
      before = await files();
      child.kill('SIGCONT');
    },
  });
  expect(events.at(-1)?.type).toBe('canceled');
  expect(await files()).toEqual(before);
  await rm(folder, { recursive: true });
});
