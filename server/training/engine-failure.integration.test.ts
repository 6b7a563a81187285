import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { someData, someDataFolder } from '@/server/model/network/real-data.test-helper.ts';
import { readCheckpoint } from './checkpoint/checkpoint.ts';
import { runTraining } from './run.ts';

/** A real engine that loses its device in the second epoch of head training. */
let isLost = false;
function createFailingEngine(): Engine {
  const engine = createOnnxRuntimeEngine();
  return {
    ...engine,
    compile: async (outputs) => {
      const program = await engine.compile(outputs);
      return {
        ...program,
        run: (inputs) => (isLost ? Promise.reject(new Error('the device was lost')) : program.run(inputs)),
      };
    },
  };
}

vi.mock('@/server/model/engine/choose.ts', () => ({
  chooseEngine: async () => ({ engine: createFailingEngine(), verdicts: {} }),
}));

describe('an engine that fails in the middle of a run', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'engine-failure-'));
  afterAll(() => rm(folder, { recursive: true }));

  it('ends the run with the reason and what to do, and leaves the checkpoint of the last epoch', async () => {
    const events: RunEvent[] = [];
    const outcome = await runTraining({
      runId: 'run',
      config: trainConfigSchema.parse({
        ...someData,
        image_size: 96,
        train_limit: 100,
        epochs_stage1: 5,
        batch_size: 50,
      }),
      paths: {
        data: someDataFolder,
        results: folder,
        datasets: folder,
        cache: path.join(folder, 'cache'),
        cacheLimit: 1e9,
      },
      emit: (event) => {
        events.push(event);
        isLost = event.type === 'epoch';
      },
      signal: new AbortController().signal,
    });
    expect(outcome).toBe('failed');
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({
      code: 'engine-failed',
      message: expect.stringMatching(
        /cpu failed: the device was lost\. The last complete epoch is saved.*another engine/,
      ),
    });
    expect(await readCheckpoint(path.join(folder, 'run'))).toMatchObject({ stage: 1, epoch: 1 });
  });
});
