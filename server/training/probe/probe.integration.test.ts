import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { builtInDatasets } from '@/lib/data/datasets.ts';
import { type RunEvent, runEventSchema, type TrainerCommand } from '@/lib/run/events.ts';
import { estimateRun, type Speed } from '@/lib/work/estimate.ts';
import { noneCached } from '@/lib/work/run-work.ts';
import { builtTrainer } from '@/tools/testing/paths.ts';

// The bundled trainer over IPC, as the server runs it. `npm test` builds it when it is stale.
const entry = builtTrainer;

const cache = mkdtempSync(path.join(tmpdir(), 'probe-'));
afterAll(() => rmSync(cache, { recursive: true }));

function probe(input: TrainConfigInput): Promise<RunEvent[]> {
  const child = spawn(process.execPath, [entry], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const events: RunEvent[] = [];
  child.on('message', (message) => events.push(runEventSchema.parse(message)));
  child.send({
    type: 'probe',
    config: trainConfigSchema.parse(input),
    cache,
    cacheLimit: 1e10,
  } satisfies TrainerCommand);
  // `disconnect` follows the last message; `exit` may precede it.
  return new Promise((resolve) => child.on('disconnect', () => resolve(events)));
}

it.each<[string, TrainConfigInput, Speed['pass'][]]>([
  [
    'fine-tuning with changed pixels, at a learning rate that would diverge',
    {
      n_unfreeze: 30,
      image_size: 96,
      batch_size: 16,
      augment: true,
      use_mixup: true,
      lr_stage2: 1000,
      lr_stage1: 1000,
    },
    ['head', 'features', 'frozen', 'finetune', 'predict'],
  ],
  [
    'a frozen base whose head also trains on changed pixels',
    { image_size: 96, use_cutout: true, batch_size: 8 },
    ['head', 'features', 'finetune'],
  ],
  [
    'fine-tuning on cached activations',
    { n_unfreeze: 10, image_size: 96, batch_size: 16 },
    ['head', 'features', 'frozen', 'tail', 'predict'],
  ],
  ['features only', { image_size: 96 }, ['head', 'features']],
])('a probe measures every pass of a run without any data: %s', async (_, input, passes) => {
  const [measured, end] = await probe(input);
  expect(end?.type).toBe('completed');
  const speeds = measured?.type === 'measured' ? measured.speeds : [];
  expect(speeds.map(({ pass }) => pass)).toEqual(passes);
  for (const { images, seconds } of speeds) {
    expect(images).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(0);
  }
  expect(
    estimateRun(trainConfigSchema.parse(input), {
      size: builtInDatasets.cifar10.size,
      speeds,
      cached: noneCached(1e10),
    })?.isMeasured,
  ).toBe(true);
});
