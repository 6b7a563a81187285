import { mkdtempSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { canceledLogSchema } from '@/lib/run/results-log.ts';
import { imageBytes } from '@/server/model/dataset/dataset.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { kerasImage, predict, readKerasFile } from '@/server/model/export/interpret-keras.test-helper.ts';
import { isAlive } from '@/server/model/files/is-alive.ts';
import {
  loadSomeData,
  loadSomeWeights,
  someData,
  someDataFolder,
  someNetwork,
} from '@/server/model/network/real-data.test-helper.ts';
import { logitsFromImages } from '@/server/model/predict.ts';
import { softmax } from '@/server/model/scores.ts';
import { readRun } from '@/server/runs/queries/read-runs.ts';
import { pidsOf } from '@/server/runs/scenes.test-helper.ts';
import { openServices, testConfig } from '@/server/services.test-helper.ts';
import { readCheckpoint } from '@/server/training/checkpoint/checkpoint.ts';
import { pidTrainer } from '@/tools/testing/paths.ts';
import { cancelRun } from './cancel.ts';
import { startRun } from './start.ts';

// The built trainer; `npm test` rebuilds it if it is stale.
const trainer = pidTrainer;

const nUnfreeze = 10;
const config = testConfig({
  ...someData,
  n_unfreeze: nUnfreeze,
  image_size: 96,
  train_limit: 300,
  batch_size: 32,
  augment: true,
  epochs_stage1: 1,
  epochs_stage2: 1000,
  lr_stage2: 1e-3,
});

describe('a real run canceled in stage 2', () => {
  it('leaves no process, and a cifar10.h5 that predicts the same as its last completed epoch', {
    timeout: 300_000,
  }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'cancel-'));
    const services = openServices(folder, { TRAINER_ENTRY: trainer, DATA_DIR: someDataFolder });
    const { id } = await startRun(services, config);
    const runFolder = path.join(services.env.paths.results, id);
    const epochs = async () => {
      const events = (await readRun(services, id)).events.map(({ event }) => event);
      return events.filter((event) => event.type === 'epoch').map(({ stage, epoch }) => [stage, epoch]);
    };
    await vi.waitFor(async () => expect(await epochs()).toContainEqual([2, 2]), { timeout: 200_000, interval: 50 });
    writeFileSync(path.join(runFolder, 'cifar10.h5.1.tmp'), 'half');
    cancelRun(services, id);
    expect(await readRun(services, id)).toMatchObject({ status: 'canceled', exportPending: true });

    await vi.waitFor(async () => expect((await readRun(services, id)).exportPending).toBe(false), 60_000);
    await vi.waitFor(() => expect(pidsOf(services, id).filter(isAlive)).toEqual([]), 90_000);
    expect(pidsOf(services, id)).toHaveLength(2);
    const run = await readRun(services, id);
    expect([run.status, run.error]).toEqual(['canceled', null]);
    const ready = run.events.map(({ event }) => event).find((event) => event.type === 'files-ready')!;
    expect([ready.stage, ready.epoch]).toEqual((await epochs()).at(-1));
    const names = run.files.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['cifar10.h5', 'run.json']));
    expect(names).not.toContain('predictions.bin');

    const log = canceledLogSchema.parse(
      JSON.parse(await readFile(path.join(services.env.paths.results, `run_${id}.json`), 'utf8')),
    );
    expect(log.curves.stage2.val_loss).toHaveLength(ready.epoch);

    // Compares the Keras file with the trainer's own graphs and the checkpoint's weights.
    const { last, best, stage, epoch } = await readCheckpoint(runFolder);
    expect([stage, epoch, [...best.keys()]]).toEqual([ready.stage, ready.epoch, [...last.keys()]]);
    const weights = await loadSomeWeights(96);
    const programs = new Programs(createOnnxRuntimeEngine(), weights, {
      network: someNetwork,
      imageSize: 96,
      nUnfreeze,
      classes: 10,
    });
    const { test } = await loadSomeData();
    const chosen = Uint32Array.of(0, 1, 2, 3, 4);
    const expected = softmax(await logitsFromImages(programs, last, test, chosen, { mirrored: false }), 10);
    const keras = await readKerasFile(path.join(runFolder, 'cifar10.h5'));
    for (const image of chosen) {
      const pixels = test.pixels.subarray(image * imageBytes, (image + 1) * imageBytes);
      for (const [label, value] of predict(keras, kerasImage(pixels)).entries()) {
        expect(Math.abs(value - expected[image * 10 + label]!)).toBeLessThan(1e-4);
      }
    }
  });
});
