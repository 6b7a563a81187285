import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { cifar10Classes } from '@/lib/data/classes.ts';
import { type BuiltInDataset, builtInDatasets, imageCounts } from '@/lib/data/datasets.ts';
import { splitImages } from '@/server/model/dataset/split.ts';
import { type CachedActivations, noneCached, type Pass, passCost, usesCachedActivations, workOf } from './run-work.ts';

const images = { train: 45_000, val: 5000, test: 10_000 };
const limit = 10e9;
const work = (input: TrainConfigInput, cached: Partial<CachedActivations> = {}) =>
  workOf(trainConfigSchema.parse(input), images, { ...noneCached(limit), ...cached });

describe('imageCounts', () => {
  const labelled = (count: number) => ({
    pixels: new Uint8Array(new SharedArrayBuffer(0)),
    count,
    labels: Uint8Array.from({ length: count }, (_, index) => index % 10),
  });
  const datasetOf = (name: BuiltInDataset) => {
    const { train, val, test } = builtInDatasets[name].size;
    return {
      name,
      classes: cifar10Classes,
      train: labelled(train + val),
      test: { ...labelled(test), identity: { hash: '', name: '', images: test } },
    };
  };

  describe.each(['cifar10', 'sketch10'] as const)('for %s', (name) => {
    it.each([0, 1, 450, 9999, 10_000, 45_000])('match the split, with a limit of %i', (limit) => {
      const { train, val, test } = splitImages(datasetOf(name), limit);
      const counts = { train: train.length, val: val.length, test: test.length };
      expect(imageCounts(limit, builtInDatasets[name].size)).toEqual(counts);
    });
  });
});

describe('workOf', () => {
  it('computes only features if the base stays frozen, including those of mirror images', () => {
    expect(work({ epochs_stage1: 3, epochs_stage2: 2 })).toEqual({
      features: { features: 60_000 },
      head: { head: 135_000 },
      finetune: { head: 90_000 },
      evaluation: { features: 15_000 },
    });
  });

  it('validates after each epoch of fine-tuning, evaluates plain and mirrored, and computes the frozen part once per image', () => {
    const fineTuned = work({ n_unfreeze: 30, epochs_stage2: 2, batch_size: 64, augment: true });
    // Batches of changed pixels are complete: 703 of 64.
    expect(fineTuned.finetune).toEqual({ finetune: 2 * 703 * 64, frozen: 5000, predict: 2 * 5000 });
    expect(fineTuned.evaluation).toEqual({ frozen: 25_000, predict: 30_000 });
  });

  it('trains only the tail if no pixel changes', () => {
    const { finetune } = work({ n_unfreeze: 30, epochs_stage2: 2 });
    expect(finetune).toEqual({ tail: 90_000, frozen: 50_000, predict: 10_000 });
  });

  it('computes the complete network every time if nothing is frozen, or if the cache is too small', () => {
    const each = { finetune: 90_000, frozen: 10_000, predict: 10_000 };
    expect(work({ n_unfreeze: 102, epochs_stage2: 2 }).finetune).toEqual(each);
    const small = work({ n_unfreeze: 30, epochs_stage2: 2 }, { limit: 1e9 });
    expect(small.finetune).toEqual(each);
    expect(small.evaluation).toEqual({ frozen: 30_000, predict: 30_000 });
  });

  it('excludes cached activations', () => {
    const cached = { plain: true, mirrored: true, train: true, evaluated: true };
    expect(work({}, cached)).toMatchObject({ features: { features: 0 }, evaluation: { features: 0 } });
    const fineTuned = work({ n_unfreeze: 30, epochs_stage2: 1 }, cached);
    expect(fineTuned.finetune).toEqual({ tail: 45_000, frozen: 0, predict: 5000 });
    expect(fineTuned.evaluation).toEqual({ frozen: 0, predict: 30_000 });
  });
});

describe('usesCachedActivations', () => {
  const usesCache = (input: TrainConfigInput, bytes: number) =>
    usesCachedActivations(trainConfigSchema.parse(input), images, bytes);

  it('needs room for the features and for the output of block 11, 96 × 10 × 10 float16 numbers per image', () => {
    const features = 2 * 1280 * 75_000;
    const [all, evaluated] = [2 * 9600 * 75_000, 2 * 9600 * 30_000];
    expect(usesCache({ n_unfreeze: 30 }, features + all)).toBe(true);
    expect(usesCache({ n_unfreeze: 30 }, features + all - 1)).toBe(false);
    expect(usesCache({ n_unfreeze: 30, use_cutout: true }, features + evaluated)).toBe(true);
    expect(usesCache({ n_unfreeze: 30, use_cutout: true }, features + evaluated - 1)).toBe(false);
  });

  it('is false if no layer of the base is trained', () => {
    expect(usesCache({ n_unfreeze: 0 }, limit)).toBe(false);
    expect(usesCache({ n_unfreeze: 30, epochs_stage2: 0 }, limit)).toBe(false);
  });
});

describe('passCost', () => {
  const cost = (pass: Pass, input: TrainConfigInput = {}) => passCost(pass, trainConfigSchema.parse(input));

  it('grows with image size, with trained layers, and with smaller batches', () => {
    // Sandler et al. report 300 million multiply–adds at 224 px, classifier included.
    expect(cost('features', { image_size: 224 }) / 1e6).toBeCloseTo(299.5, 0);
    expect(cost('features', { image_size: 96 }) / cost('features')).toBeCloseTo((96 / 160) ** 2, 6);
    expect(cost('finetune', { n_unfreeze: 30 })).toBeGreaterThan(cost('finetune', { n_unfreeze: 10 }));
    expect(cost('finetune', { n_unfreeze: 30, batch_size: 32 })).toBeGreaterThan(cost('finetune', { n_unfreeze: 30 }));
    const parts = cost('frozen', { n_unfreeze: 30 }) + cost('tail', { n_unfreeze: 30 });
    expect(cost('finetune', { n_unfreeze: 30 })).toBeCloseTo(parts - 1e6, 0);
  });
});
