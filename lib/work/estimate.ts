import { z } from 'zod';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type DatasetSize, imageCounts } from '@/lib/data/datasets.ts';
import { type Backbone, backboneSchema, networkOf } from '@/lib/network/backbones.ts';
import { frozenBlockCount, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import {
  entriesOf,
  type Kept,
  type Pass,
  type PassConfig,
  passCost,
  passSchema,
  type WorkPhase,
  workOf,
  workPhases,
} from './run-work.ts';

/** How long a run takes at most on a machine whose speed was measured. Pure: the form asks at every key. */

/** How fast some images went through a pass, in a run or a probe of this kind. */
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

/** Of a config, what names the kind of its speeds. */
export const speedKind = (config: TrainConfig) => ({
  backbone: config.backbone,
  imageSize: config.image_size,
  nUnfreeze: config.n_unfreeze,
  batchSize: config.batch_size,
  changesPixels: changesPixels(config),
});

/** A busier or warmer machine is slower than it was measured; and what was scaled from another kind of run, less certain. */
const headroom = 1.25;
const scaledHeadroom = 1.2;

/** Reading data and weights, and writing the files. Seconds, measured. */
const startSeconds = 2;
const exportSeconds = 1;

export interface PassSpeed {
  secondsPerImage: number;
  /** Measured in just this kind of run; otherwise scaled from another. */
  isMeasured: boolean;
}

/**
 * The speed of a pass: that of the very same kind, or else the most similar work's, scaled by what each costs.
 *
 * @param speeds in the order in which they are preferred
 * @returns null where there are no speeds
 */
export function findSpeed(pass: Pass, config: TrainConfig, speeds: readonly Speed[]): PassSpeed | null {
  const usable = speeds.filter(({ images, seconds }) => images > 0 && seconds > 0);
  const same = usable.find((speed) => speed.pass === pass && isSameKind(speed, config));
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

/** Whether a speed is of the kind of a config's own, as far as its pass is concerned. */
function isSameKind(speed: Speed, config: TrainConfig): boolean {
  const own = speedKind(config);
  const sameBackbone = speed.backbone === own.backbone;
  const sameSize = sameBackbone && speed.imageSize === own.imageSize;
  const sameBatch = speed.batchSize === own.batchSize;
  const kernels = (nUnfreeze: number) => trainedConvolutions(networkOf(config), nUnfreeze).length;
  const sameKernels = kernels(speed.nUnfreeze) === kernels(config.n_unfreeze);
  const cut = (nUnfreeze: number) => frozenBlockCount(networkOf(config), nUnfreeze);
  switch (speed.pass) {
    case 'features':
      return sameSize;
    case 'head':
      return sameBatch;
    case 'frozen':
      return sameSize && cut(speed.nUnfreeze) === cut(config.n_unfreeze);
    case 'finetune':
      return sameSize && sameBatch && sameKernels && speed.changesPixels === own.changesPixels;
    case 'tail':
      return sameSize && sameBatch && sameKernels;
    case 'predict':
      return sameSize && sameKernels;
  }
}

/** What an earlier run left in the cache, as far as it still lies there. */
export interface CachedByRun extends Omit<Kept, 'limit'> {
  dataset: string;
  backbone: Backbone;
  imageSize: number;
  nUnfreeze: number;
  /** 0: of all images; they serve runs on a part of them, too. */
  trainLimit: number;
}

/**
 * What a run will find.
 * @param onDisk newest first
 * @param limit bytes that the cache may take
 */
export function findCached(config: TrainConfig, onDisk: readonly CachedByRun[], limit: number): Kept {
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
  /** Seconds at most, by phase in the order of a run; phases that the run does not have are left out. */
  phases: { phase: 'prepare' | WorkPhase | 'export'; seconds: number }[];
  /** Their sum. */
  seconds: number;
  /** The same without headroom: the lower end of the range to show. */
  likelySeconds: number;
  /** Whether each pass was measured in just this kind of run, and not scaled from another. */
  isMeasured: boolean;
}

/** How long a run takes at most: with every epoch, and some headroom. Null where no speed is known. */
export function estimateRun(
  config: TrainConfig,
  { size, speeds, kept }: { size: DatasetSize; speeds: readonly Speed[]; kept: Kept },
): RunEstimate | null {
  const work = workOf(config, imageCounts(config.train_limit, size), kept);
  let isMeasured = true;
  let likelySeconds = startSeconds + exportSeconds;
  const phases: RunEstimate['phases'] = [{ phase: 'prepare', seconds: headroom * startSeconds }];
  for (const phase of workPhases) {
    let seconds = 0;
    for (const [pass, images] of entriesOf(work[phase])) {
      if (images === 0) continue;
      const speed = findSpeed(pass, config, speeds);
      if (!speed) return null;
      isMeasured &&= speed.isMeasured;
      likelySeconds += speed.secondsPerImage * images;
      seconds += headroom * (speed.isMeasured ? 1 : scaledHeadroom) * speed.secondsPerImage * images;
    }
    if (phase !== 'finetune' || config.epochs_stage2 > 0) phases.push({ phase, seconds });
  }
  phases.push({ phase: 'export', seconds: headroom * exportSeconds });
  return { phases, seconds: phases.reduce((sum, { seconds }) => sum + seconds, 0), likelySeconds, isMeasured };
}
