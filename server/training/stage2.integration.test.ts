import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { featureCount } from '@/lib/network/mobilenet-v2.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import type { Dataset } from '@/server/model/dataset/dataset.ts';
import { type Split, sizesOf, splitImages } from '@/server/model/dataset/split.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { loadImageNet, needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { predictAll } from './evaluate.ts';
import { assembleModel, type Experiment, releaseModel } from './experiment.ts';
import { FinishRequest } from './finish-request.ts';
import { randomDataset, randomRows } from './probe/random-dataset.ts';
import { fineTune } from './stage2.ts';
import { Reporter } from './telemetry/reporter.ts';
import { TimeLeft } from './telemetry/time-left.ts';

const { network } = backbones.imagenet;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'stage2-'));
});
afterEach(() => rm(folder, { recursive: true }));

interface Setup {
  nUnfreeze: number;
  dataset: Dataset;
  split: Split;
  weights: Weights;
}

/**
 * Fine-tunes without changed pixels, from pixels or on cached activations.
 * @returns the metrics of each epoch, the final logits, and how many images the store had to compute
 */
async function tune({ nUnfreeze, dataset, split, weights }: Setup, { caches }: { caches: boolean }) {
  const config = trainConfigSchema.parse({
    n_unfreeze: nUnfreeze,
    image_size: 96,
    batch_size: 32,
    epochs_stage2: 2,
  });
  const engine = createOnnxRuntimeEngine();
  // If the cache is too small, stage 2 trains from pixels.
  const cache = new CacheFolder(folder, caches ? 1e9 : 0);
  const events: RunEvent[] = [];
  const timeLeft = new TimeLeft(config, sizesOf(split), { cacheLimit: cache.limit });
  const experiment: Experiment = {
    config,
    dataset,
    split,
    complete: split,
    sampleRows: new Uint32Array(),
    weights,
    ...assembleModel({ config, dataset, split, weights, engine, cache }),
    timeLeft,
    reporter: new Reporter((event) => void events.push(event), new AbortController().signal, timeLeft),
    finish: new FinishRequest(),
    saveCheckpoint: async () => {},
    resumeFrom: null,
    extendFromEpoch: 0,
  };
  const row = randomRows(1, featureCount); // features are not used here
  await fineTune(experiment, { train: row, val: row, test: row });
  const { val } = await predictAll(experiment);
  const epochs = events.flatMap((event) => (event.type === 'epoch' ? [event.metrics] : []));
  await releaseModel(experiment);
  const { stage2Input } = experiment;
  const computed = stage2Input.kind === 'pixels' ? 0 : stage2Input.store.computed;
  return { kind: stage2Input.kind, epochs, logits: [...val.plain, ...val.mirrored], computed };
}

describe.skipIf(!realData)(needsData('fine-tuning on cached activations'), () => {
  it.each([10, 30])('yields the same results as from pixels, with N = %i', async (nUnfreeze) => {
    const dataset = await loadCifar10(realData!);
    const { train, val, test } = splitImages(dataset, 0);
    const split = { train: train.subarray(0, 96), val: val.subarray(0, 200), test: test.subarray(0, 0) };
    const setup = { nUnfreeze, dataset, split, weights: await loadImageNet(96) };
    const fromPixels = await tune(setup, { caches: false });
    const cached = await tune(setup, { caches: true });
    // Validation images plain and mirrored.
    expect([fromPixels.kind, cached.kind]).toEqual(['pixels', 'activations']);
    expect([fromPixels.computed, cached.computed]).toEqual([0, 96 + 2 * 200]);
    expect(cached.epochs).toHaveLength(2);
    for (const [epoch, { loss, val_loss }] of cached.epochs.entries()) {
      expect(Math.abs(loss! - fromPixels.epochs[epoch]!.loss!)).toBeLessThan(2e-3);
      expect(Math.abs(val_loss! - fromPixels.epochs[epoch]!.val_loss!)).toBeLessThan(2e-3);
    }
  });
});

it('yields bit-identical results from activations that another run cached', async () => {
  const setup = { nUnfreeze: 10, ...randomDataset(64), weights: randomWeights(network) };
  const first = await tune(setup, { caches: true });
  expect(first.computed).toBe(64 + 2 * 8);
  const files = await readdir(folder);
  const second = await tune(setup, { caches: true });
  expect(second.computed).toBe(0);
  expect(second.epochs).toEqual(first.epochs);
  expect(second.logits).toEqual(first.logits);
  expect(await readdir(folder)).toEqual(files);
});
