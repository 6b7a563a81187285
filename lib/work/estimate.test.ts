import { describe, expect, it } from 'vitest';
import { type TrainConfigInput, trainConfigSchema } from '@/lib/config/train-config.ts';
import { builtInDatasets } from '@/lib/data/datasets.ts';
import { estimateRun, findCached, findSpeed, type Speed } from './estimate.ts';
import { type CachedActivations, noneCached } from './run-work.ts';

const limit = 10e9;
const configOf = (input: TrainConfigInput = {}) => trainConfigSchema.parse(input);
const speed = (values: Partial<Speed>): Speed => ({
  pass: 'features',
  backbone: 'imagenet',
  imageSize: 160,
  nUnfreeze: 0,
  batchSize: 128,
  changesPixels: false,
  images: 1000,
  seconds: 2,
  ...values,
});

describe('findSpeed', () => {
  it('prefers the first speed that was measured with the same settings', () => {
    const speeds = [speed({ imageSize: 96, seconds: 1 }), speed({ seconds: 3 }), speed({ seconds: 4 })];
    expect(findSpeed('features', configOf(), speeds)).toEqual({ secondsPerImage: 0.003, isMeasured: true });
  });

  it('ignores batch size and depth for features, but not for fine-tuning', () => {
    const features = [speed({ nUnfreeze: 30, batchSize: 32, changesPixels: true })];
    expect(findSpeed('features', configOf(), features)?.isMeasured).toBe(true);
    const tuned = { pass: 'finetune', nUnfreeze: 30, batchSize: 64, changesPixels: true } as const;
    const config = configOf({ n_unfreeze: 30, batch_size: 64, augment: true });
    expect(findSpeed('finetune', config, [speed(tuned)])?.isMeasured).toBe(true);
    for (const other of [
      { backbone: 'sketch' as const },
      { nUnfreeze: 10 },
      { batchSize: 32 },
      { imageSize: 96 },
      { changesPixels: false },
    ]) {
      expect(findSpeed('finetune', config, [speed({ ...tuned, ...other })])?.isMeasured).toBe(false);
    }
    // 29 layers contain the same conv layers as 30.
    expect(findSpeed('finetune', config, [speed({ ...tuned, nUnfreeze: 29 })])?.isMeasured).toBe(true);
  });

  it('scales the nearest workload of the same pass, or of a different pass if there is none', () => {
    const speeds = [speed({ imageSize: 96, seconds: 1 }), speed({ imageSize: 224, seconds: 100 })];
    const scaled = findSpeed('features', configOf({ image_size: 128 }), speeds);
    expect(scaled?.isMeasured).toBe(false);
    expect(scaled?.secondsPerImage).toBeCloseTo(0.001 * (128 / 96) ** 2, 6);
    const other = findSpeed('predict', configOf({ n_unfreeze: 30 }), [speed({})]);
    expect(other?.secondsPerImage).toBeGreaterThan(0.002);
    expect(findSpeed('features', configOf(), [])).toBeNull();
    expect(findSpeed('features', configOf(), [speed({ images: 0, seconds: 0 })])).toBeNull();
  });
});

describe('estimateRun', () => {
  const size = builtInDatasets.cifar10.size;
  const speeds = [speed({}), speed({ pass: 'head', seconds: 0.04 })];
  const secondsOf = (input: TrainConfigInput, cached: Partial<CachedActivations> = {}) =>
    estimateRun(configOf(input), { size, speeds, cached: { ...noneCached(limit), ...cached } })!.seconds;

  it('counts every epoch of every phase', () => {
    const estimate = estimateRun(configOf({ epochs_stage2: 0 }), { size, speeds, cached: noneCached(limit) })!;
    expect(estimate.isMeasured).toBe(true);
    expect(estimate.phases.map(({ phase }) => phase)).toEqual(['prepare', 'features', 'head', 'evaluation', 'export']);
    expect(estimate.seconds).toBeCloseTo(
      estimate.phases.reduce((sum, { seconds }) => sum + seconds, 0),
      9,
    );
    // 60,000 images and 15,000 mirror images at 2 ms, and 450,000 on features at 40 µs: 168 s, excluding reading and writing.
    const exact = 60_000 * 0.002 + 15_000 * 0.002 + 450_000 * 0.00004;
    expect(estimate.seconds).toBeGreaterThan(exact);
    expect(estimate.seconds).toBeLessThan(1.5 * exact);
    expect(estimate.likelySeconds).toBeCloseTo(exact + 3, 9);
    expect(secondsOf({ epochs_stage2: 10 }) - secondsOf({ epochs_stage2: 0 })).toBeGreaterThan(18);
  });

  it('excludes cached activations', () => {
    const saved = secondsOf({}) - secondsOf({}, { plain: true, mirrored: false });
    expect(saved).toBeGreaterThanOrEqual(60_000 * 0.002);
    expect(secondsOf({}, { plain: true, mirrored: true })).toBeLessThan(60);
  });

  it('is higher and not `isMeasured` if a speed was scaled, and null without speeds', () => {
    const fineTuned = estimateRun(configOf({ n_unfreeze: 30 }), { size, speeds, cached: noneCached(limit) })!;
    expect(fineTuned.isMeasured).toBe(false);
    expect(fineTuned.seconds).toBeGreaterThan(secondsOf({}));
    expect(estimateRun(configOf(), { size, speeds: [], cached: noneCached(limit) })).toBeNull();
  });
});

describe('findCached', () => {
  const onDisk = {
    dataset: 'cifar10',
    backbone: 'imagenet' as const,
    imageSize: 160,
    nUnfreeze: 30,
    trainLimit: 0,
    plain: true,
    mirrored: false,
    train: true,
    evaluated: false,
  };
  const find = (input: TrainConfigInput, ...runs: (typeof onDisk)[]) => findCached(configOf(input), runs, limit);

  it('finds features of the same size, for the same images or for all images', () => {
    expect(find({}, onDisk)).toMatchObject({ plain: true, mirrored: false, limit });
    expect(find({ train_limit: 1000 }, onDisk).plain).toBe(true);
    expect(find({ image_size: 96 }, onDisk).plain).toBe(false);
    expect(find({ dataset: 'sketch10' }, onDisk).plain).toBe(false);
    expect(find({ backbone: 'sketch' }, onDisk).plain).toBe(false);
    expect(find({}, { ...onDisk, trainLimit: 1000 }).plain).toBe(false);
  });

  it('trusts the newest run', () => {
    expect(find({}, { ...onDisk, plain: false }, onDisk).plain).toBe(false);
  });

  it('finds outputs of the frozen part if the base is cut after the same block', () => {
    expect(find({ n_unfreeze: 30 }, onDisk)).toMatchObject({ train: true, evaluated: false });
    expect(find({ n_unfreeze: 28 }, onDisk).train).toBe(true); // both cut after block 11
    expect(find({ n_unfreeze: 10 }, onDisk).train).toBe(false);
    // A run that changes pixels caches no training images, and must not hide those of another run.
    expect(find({ n_unfreeze: 30 }, { ...onDisk, train: false }, onDisk).train).toBe(true);
  });
});
