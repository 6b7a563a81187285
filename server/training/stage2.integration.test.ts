import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { backbones } from '@/lib/network/backbones.ts';
import { featureCount } from '@/lib/network/mobilenet-v2.ts';
import type { RunEvent } from '@/lib/run/events.ts';
import { FrozenStore } from '@/server/model/activations/activation-store.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import type { Dataset } from '@/server/model/dataset/dataset.ts';
import { type Split, splitImages } from '@/server/model/dataset/split.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import { createHead } from '@/server/model/network/head.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import { loadImageNet, needsData, realData } from '@/server/model/network/real-data.test-helper.ts';
import type { Weights } from '@/server/model/network/weights.ts';
import { Random } from '@/server/model/random.ts';
import { predictAll } from './evaluate.ts';
import type { Experiment } from './experiment.ts';
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
 * Fine-tunes without changed pixels, from pixels or on what the store keeps.
 * @returns the figures of each epoch, the logits in the end, and how many images the store had to compute
 */
async function tune({ nUnfreeze, dataset, split, weights }: Setup, { keeps }: { keeps: boolean }) {
  const config = trainConfigSchema.parse({
    n_unfreeze: nUnfreeze,
    image_size: 96,
    batch_size: 32,
    epochs_stage2: 2,
  });
  const engine = createOnnxRuntimeEngine();
  const cache = new CacheFolder(folder, 1e9);
  const store = (n: number) =>
    new FrozenStore(engine, weights, { network, imageSize: 96, nUnfreeze: n }, dataset.hash, cache);
  const [features, frozen] = [store(0), store(nUnfreeze)];
  const events: RunEvent[] = [];
  const images = { train: split.train.length, val: split.val.length, test: split.test.length };
  const timeLeft = new TimeLeft(config, images, { cacheLimit: 1e9 });
  const experiment: Experiment = {
    config,
    dataset,
    split,
    complete: split,
    wall: new Uint32Array(),
    weights,
    engine,
    features,
    timeLeft,
    frozen: keeps ? frozen : null,
    parameters: createHead(10, new Random(1, 'head')),
    reporter: new Reporter((event) => void events.push(event), new AbortController().signal, timeLeft),
    keep: async () => {},
    resume: null,
    furtherFrom: 0,
  };
  const row = randomRows(1, featureCount); // of features, which are not asked for here
  const programs = new Programs(engine, weights, { network, imageSize: 96, nUnfreeze, classes: 10 });
  await fineTune(experiment, { train: row, val: row, test: row }, programs);
  const { val } = await predictAll(experiment, programs);
  const told = events.flatMap((event) => (event.type === 'epoch' ? [event.metrics] : []));
  await Promise.all([programs.release(), features.release(), frozen.release()]);
  return { told, logits: [...val.plain, ...val.mirrored], computed: frozen.computed };
}

describe.skipIf(!realData)(needsData('fine-tuning on what the frozen part handed over'), () => {
  it.each([10, 30])('goes as it would from pixels, with N = %i', async (nUnfreeze) => {
    const dataset = await loadCifar10(realData!);
    const { train, val, test } = splitImages(dataset, 0);
    const split = { train: train.subarray(0, 96), val: val.subarray(0, 200), test: test.subarray(0, 0) };
    const setup = { nUnfreeze, dataset, split, weights: await loadImageNet(96) };
    const fromPixels = await tune(setup, { keeps: false });
    const kept = await tune(setup, { keeps: true });
    // Validation images plain and mirrored.
    expect([fromPixels.computed, kept.computed]).toEqual([0, 96 + 2 * 200]);
    expect(kept.told).toHaveLength(2);
    for (const [epoch, { loss, val_loss }] of kept.told.entries()) {
      expect(Math.abs(loss! - fromPixels.told[epoch]!.loss!)).toBeLessThan(2e-3);
      expect(Math.abs(val_loss! - fromPixels.told[epoch]!.val_loss!)).toBeLessThan(2e-3);
    }
  });
});

it('comes to the same numbers, to the bit, from what another run kept', async () => {
  const setup = { nUnfreeze: 10, ...randomDataset(64), weights: randomWeights(network) };
  const first = await tune(setup, { keeps: true });
  expect(first.computed).toBe(64 + 2 * 8);
  const files = await readdir(folder);
  const second = await tune(setup, { keeps: true });
  expect(second.computed).toBe(0);
  expect(second.told).toEqual(first.told);
  expect(second.logits).toEqual(first.logits);
  expect(await readdir(folder)).toEqual(files);
});
