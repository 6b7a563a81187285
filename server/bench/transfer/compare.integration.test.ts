import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trainConfigSchema } from '@/lib/config/train-config.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import { CacheFolder } from '@/server/model/activations/cache-folder.ts';
import { loadDataset } from '@/server/model/dataset/load.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { findWeightsFile, loadWeights } from '@/server/model/network/weights.ts';
import { compareMethods, type Method } from './compare.ts';

/** Like `npm run transfer`, with fewer images and epochs; docs/BENCHMARKS.md has the full results. */
describe('the bundled backbone on sketch10', () => {
  const config = trainConfigSchema.parse({
    dataset: 'sketch10',
    backbone: 'sketch',
    image_size: 96,
    n_unfreeze: 30,
    train_limit: 4000,
    epochs_stage1: 20,
    epochs_stage2: 8,
    batch_size: 64,
    lr_stage2: 1e-3,
  });
  let folder: string;
  let points: Record<Method, number>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'transfer-'));
    const dataset = await loadDataset('sketch10', { data: folder, datasets: folder, cache: folder }, async () => {});
    const weights = await loadWeights(findWeightsFile(folder, config), networkOf(config));
    const cache = new CacheFolder(folder, 1e9);
    const correct = await compareMethods(config, { dataset, weights, engine: createOnnxRuntimeEngine(), cache });
    const percentage = (answers: readonly boolean[]) => (100 * answers.filter(Boolean).length) / answers.length;
    points = Object.fromEntries(
      Object.entries(correct).map(([method, answers]) => [method, percentage(answers)]),
    ) as Record<Method, number>;
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('is needed: pixels alone are not enough', () => {
    expect(points.pixels).toBeLessThanOrEqual(50);
  });

  it('outperforms an untrained network', () => {
    expect(points.frozen - points.random).toBeGreaterThanOrEqual(10);
    expect(points.frozen).toBeLessThanOrEqual(85);
  });

  it('improves with fine-tuning', () => {
    expect(points.finetuned).toBeGreaterThan(points.frozen);
  });
});
