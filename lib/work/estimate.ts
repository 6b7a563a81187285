import { z } from 'zod';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type DatasetSize, imageCounts } from '@/lib/data/datasets.ts';
import { backboneSchema } from '@/lib/network/backbone-schema.ts';
import { type Backbone, networkOf } from '@/lib/network/backbones.ts';
import { frozenBlockCount, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { type Phase, workPhasesOf } from '@/lib/run/phases.ts';
import {
  type CachedActivations,
  entriesOf,
  type Pass,
  type PassConfig,
  passCost,
  passSchema,
  workOf,
} from './run-work.ts';

/** Estimates the maximum duration of a run from measured speeds. Pure and fast: the form estimates on every keystroke. */

/** A speed measured in a run or a probe: `images` took `seconds` in this pass, with these settings. */
export const speedSchema = z.object({
  pass: passSchema,
  backbone: backboneSchema.default('imagenet'),
  imageSize: z.number().int(),
  nUnfreeze: z.number().int(),
  batchSize: z.number().int(),
  changesPixels: z.boolean(),
  images: z.number(),
  seconds: z.number(),
});
export type Speed = z.infer<typeof speedSchema>;

/** The settings of a config that are stored with its speeds. */
export const speedKind = (config: TrainConfig) => ({
  backbone: config.backbone,
  imageSize: config.image_size,
  nUnfreeze: config.n_unfreeze,
  batchSize: config.batch_size,
  changesPixels: changesPixels(config),
});

/** Margins: the machine may be busier or warmer than when it was measured, and scaled speeds are less certain. */
const headroom = 1.25;
const scaledHeadroom = 1.2;

/** Seconds to read data and weights, and to write the files; measured. */
const startSeconds = 2;
const exportSeconds = 1;

export interface PassSpeed {
  secondsPerImage: number;
  /** Measured with the same settings; false if scaled from a different workload. */
  isMeasured: boolean;
}

/**
 * The speed of a pass: measured with the same settings if possible, otherwise scaled by cost from the most similar workload.
 *
 * @param speeds in order of preference
 * @returns null without speeds
 */
export function findSpeed(pass: Pass, config: TrainConfig, speeds: readonly Speed[]): PassSpeed | null {
  const usable = speeds.filter(({ images, seconds }) => images > 0 && seconds > 0);
  const same = usable.find((speed) => speed.pass === pass && hasSameSettings(speed, config));
  if (same) return { secondsPerImage: same.seconds / same.images, isMeasured: true };
  const cost = passCost(pass, config);
  const ratio = (speed: Speed) => cost / passCost(speed.pass, configOf(speed));
  const distance = (speed: Speed) => (speed.pass === pass ? 0 : 10) + Math.abs(Math.log(ratio(speed)));
  const [nearest] = usable.toSorted((a, b) => distance(a) - distance(b));
  if (!nearest) return null;
  return { secondsPerImage: (nearest.seconds / nearest.images) * ratio(nearest), isMeasured: false };
}

const configOf = ({ backbone, imageSize, nUnfreeze, batchSize }: Speed): PassConfig => ({
  backbone,
  image_size: imageSize as TrainConfig['image_size'],
  n_unfreeze: nUnfreeze,
  batch_size: batchSize,
});

/** Whether a speed was measured with the settings of a config that affect its pass. */
function hasSameSettings(speed: Speed, config: TrainConfig): boolean {
  const settings = speedKind(config);
  const sameBackbone = speed.backbone === settings.backbone;
  const sameSize = sameBackbone && speed.imageSize === settings.imageSize;
  const sameBatch = speed.batchSize === settings.batchSize;
  const convLayers = (nUnfreeze: number) => trainedConvolutions(networkOf(config), nUnfreeze).length;
  const sameLayers = convLayers(speed.nUnfreeze) === convLayers(config.n_unfreeze);
  const cut = (nUnfreeze: number) => frozenBlockCount(networkOf(config), nUnfreeze);
  switch (speed.pass) {
    case 'features':
      return sameSize;
    case 'head':
      return sameBatch;
    case 'frozen':
      return sameSize && cut(speed.nUnfreeze) === cut(config.n_unfreeze);
    case 'finetune':
      return sameSize && sameBatch && sameLayers && speed.changesPixels === settings.changesPixels;
    case 'tail':
      return sameSize && sameBatch && sameLayers;
    case 'predict':
      return sameSize && sameLayers;
  }
}

/** The activations of an earlier run that are still cached. */
export interface CachedByRun extends Omit<CachedActivations, 'limit'> {
  dataset: string;
  backbone: Backbone;
  imageSize: number;
  nUnfreeze: number;
  /** 0: all images; runs on a part of them can use these, too. */
  trainLimit: number;
}

/**
 * Finds the cached activations that a run with this config can use.
 * @param onDisk newest first
 * @param limit maximum size of the cache in bytes
 */
export function findCached(config: TrainConfig, onDisk: readonly CachedByRun[], limit: number): CachedActivations {
  const sameImages = [config.train_limit, 0].map((trainLimit) =>
    onDisk.filter(
      (run) =>
        run.dataset === config.dataset &&
        run.backbone === config.backbone &&
        run.imageSize === config.image_size &&
        run.trainLimit === trainLimit,
    ),
  );
  const cut = (nUnfreeze: number) => frozenBlockCount(networkOf(config), nUnfreeze);
  const hasSameCut = ({ nUnfreeze }: CachedByRun) => cut(nUnfreeze) === cut(config.n_unfreeze);
  const features = sameImages.flatMap(([newest]) => newest ?? []);
  const frozen = sameImages.flatMap((runs) => runs.filter(hasSameCut));
  return {
    plain: features.some(({ plain }) => plain),
    mirrored: features.some(({ mirrored }) => mirrored),
    train: frozen.some(({ train }) => train),
    evaluated: frozen.some(({ evaluated }) => evaluated),
    limit,
  };
}

export interface RunEstimate {
  /** Maximum seconds by phase, in order; without the phases that the run skips. */
  phases: { phase: Phase; seconds: number }[];
  /** Sum over all phases. */
  seconds: number;
  /** The sum without headroom: the lower end of the displayed range. */
  likelySeconds: number;
  /** Whether every pass was measured with these settings; false if any was scaled from a different workload. */
  isMeasured: boolean;
}

/** The maximum duration of a run: every epoch, plus headroom. Null without speeds. */
export function estimateRun(
  config: TrainConfig,
  { size, speeds, cached }: { size: DatasetSize; speeds: readonly Speed[]; cached: CachedActivations },
): RunEstimate | null {
  const work = workOf(config, imageCounts(config.train_limit, size), cached);
  let isMeasured = true;
  let likelySeconds = startSeconds + exportSeconds;
  const phases: RunEstimate['phases'] = [{ phase: 'prepare', seconds: headroom * startSeconds }];
  for (const phase of workPhasesOf(config)) {
    let seconds = 0;
    for (const [pass, images] of entriesOf(work[phase])) {
      if (images === 0) continue;
      const speed = findSpeed(pass, config, speeds);
      if (!speed) return null;
      isMeasured &&= speed.isMeasured;
      likelySeconds += speed.secondsPerImage * images;
      seconds += headroom * (speed.isMeasured ? 1 : scaledHeadroom) * speed.secondsPerImage * images;
    }
    phases.push({ phase, seconds });
  }
  phases.push({ phase: 'export', seconds: headroom * exportSeconds });
  return { phases, seconds: phases.reduce((sum, { seconds }) => sum + seconds, 0), likelySeconds, isMeasured };
}
