import { z } from 'zod';
import { changesPixels } from '@/lib/config/augmentations.ts';
import type { TrainConfig } from '@/lib/config/train-config.ts';
import type { ImageCounts } from '@/lib/data/datasets.ts';
import { networkOf } from '@/lib/network/backbones.ts';
import {
  type Convolution,
  featureCount,
  frozenBlockCount,
  kernelShape,
  type Network,
  trainedConvolutions,
} from '@/lib/network/mobilenet-v2.ts';
import type { WorkPhase } from '@/lib/run/phases.ts';

/** The work of a run: how many images pass through which part of the network, and the relative cost of each pass. */

/**
 * A pass takes one image through one part of the work:
 * - `head`: a training step of the head on features, including its share of validation
 * - `features`: the complete base, frozen
 * - `frozen`: the frozen part of stage 2
 * - `finetune`: a training step of stage 2, from pixels
 * - `tail`: a training step of stage 2, from cached activations
 * - `predict`: from cached activations to logits
 */
export const passSchema = z.enum(['head', 'features', 'frozen', 'finetune', 'tail', 'predict']);
export type Pass = z.infer<typeof passSchema>;

/** Images by pass. */
export type Work = Partial<Record<Pass, number>>;
export const entriesOf = (work: Work) => Object.entries(work) as [Pass, number][];

/** The activations of a run that are cached before it starts, and the size of the cache. */
export interface CachedActivations {
  /** Features of its images. */
  plain: boolean;
  /** Features of the mirrored validation and test images, which evaluation uses. */
  mirrored: boolean;
  /** Outputs of the frozen part for the training images. */
  train: boolean;
  /** Outputs of the frozen part for validation and test images, plain and mirrored. */
  evaluated: boolean;
  /** Maximum size of the cache in bytes. */
  limit: number;
}
export const noneCached = (limit: number): CachedActivations => ({
  plain: false,
  mirrored: false,
  train: false,
  evaluated: false,
  limit,
});

/** Whether `n_unfreeze` includes any conv layer of the base. */
const unfreezesConvLayers = (config: Pick<TrainConfig, 'backbone' | 'n_unfreeze'>): boolean =>
  trainedConvolutions(networkOf(config), config.n_unfreeze).length > 0;

/** Whether stage 2 trains on features: it trains no conv layer of the base, and pixels never change. */
export const finetunesOnFeatures = (config: TrainConfig): boolean =>
  !unfreezesConvLayers(config) && !changesPixels(config);

/** Whether stage 2 runs and trains conv layers of the base, not only the head. */
export const finetunesBase = (config: TrainConfig): boolean => unfreezesConvLayers(config) && config.epochs_stage2 > 0;

/** Numbers per image in the output of stage 2's frozen part. */
function activationSize(config: PassConfig): number {
  const network = networkOf(config);
  const frozen = network.blocks.slice(0, frozenBlockCount(network, config.n_unfreeze));
  const strides = frozen.flatMap((block) => block.convolutions.map(({ stride }) => stride as number));
  const side = strides.reduce((length, stride) => length / stride, config.image_size as number);
  return side * side * (frozen.at(-1)?.channelsOut ?? 0);
}

/** Validation and test images are each evaluated plain and mirrored. */
const evaluatedCount = ({ val, test }: ImageCounts): number => 2 * (val + test);

/**
 * Whether the outputs of stage 2's frozen part are computed once per image and cached: for validation and test images, and
 * for training images unless their pixels change. Requires a frozen part, and room in the cache for them and the features.
 */
export function usesCachedActivations(config: TrainConfig, images: ImageCounts, limit: number): boolean {
  const numbers = activationSize(config);
  const evaluated = evaluatedCount(images);
  const rows = (changesPixels(config) ? 0 : images.train) + evaluated;
  const bytes = Uint16Array.BYTES_PER_ELEMENT * (numbers * rows + featureCount * (images.train + evaluated));
  return finetunesBase(config) && numbers > 0 && bytes <= limit;
}

/** The work of each phase if every epoch runs. */
export function workOf(config: TrainConfig, images: ImageCounts, cached: CachedActivations): Record<WorkPhase, Work> {
  const { train, val, test } = images;
  return {
    features: { features: cached.plain ? 0 : train + val + test },
    head: { head: train * config.epochs_stage1 },
    finetune: fineTuningWork(config, images, cached),
    evaluation: evaluationWork(config, images, cached),
  };
}

function fineTuningWork(config: TrainConfig, images: ImageCounts, cached: CachedActivations): Work {
  const { epochs_stage2: epochs, batch_size } = config;
  const { train, val } = images;
  if (finetunesOnFeatures(config)) return { head: train * epochs };
  const usesCache = usesCachedActivations(config, images, cached.limit);
  const validation: Work = finetunesBase(config)
    ? { frozen: usesCache ? (cached.evaluated ? 0 : val) : val * epochs, predict: val * epochs }
    : {};
  if (changesPixels(config)) {
    return { ...validation, finetune: Math.floor(train / batch_size) * batch_size * epochs };
  }
  if (!usesCache) return { ...validation, finetune: train * epochs };
  return { ...validation, frozen: validation.frozen! + (cached.train ? 0 : train), tail: train * epochs };
}

function evaluationWork(config: TrainConfig, images: ImageCounts, cached: CachedActivations): Work {
  if (!finetunesBase(config)) return { features: cached.mirrored ? 0 : images.val + images.test };
  const all = evaluatedCount(images);
  if (!usesCachedActivations(config, images, cached.limit)) return { frozen: all, predict: all };
  // The epochs' validation has already cached the plain validation images.
  return { frozen: cached.evaluated ? 0 : all - images.val, predict: all };
}

/** The fields of a config that affect the speed of a pass. */
export type PassConfig = Pick<TrainConfig, 'backbone' | 'image_size' | 'n_unfreeze' | 'batch_size'>;

/** Multiply–adds for one image in each block. */
function blockCosts({ blocks }: Network, imageSize: number): number[] {
  let side: number = imageSize;
  const cost = (convolution: Convolution): number => {
    side /= convolution.stride;
    return side * side * parametersOf(convolution);
  };
  return blocks.map((block) => total(block.convolutions.map(cost)));
}

const parametersOf = (convolution: Convolution): number =>
  kernelShape(convolution).reduce((product, length) => product * length);

const total = (costs: number[]): number => costs.reduce((sum, cost) => sum + cost, 0);

/**
 * Cost of a pass per image, in multiply–adds of the frozen base. Those run fastest, so others are weighted by factors that
 * were measured with ONNX Runtime on a CPU at N = 30, 96 and 160 px, batches of 64 and 128. Only ratios of costs are
 * meaningful: they scale a measured speed to another workload.
 */
export function passCost(pass: Pass, config: PassConfig): number {
  const { image_size, n_unfreeze, batch_size } = config;
  const network = networkOf(config);
  const costs = blockCosts(network, image_size);
  const cut = frozenBlockCount(network, n_unfreeze);
  const frozen = total(costs.slice(0, cut));
  const tail = total(costs.slice(cut));
  // A step updates every parameter once, regardless of its number of images.
  const head = 1.1e6 + 180e6 / batch_size;
  const update = (1400 / batch_size) * total(trainedConvolutions(network, n_unfreeze).map(parametersOf));
  switch (pass) {
    case 'features':
      return total(costs);
    case 'head':
      return head;
    case 'frozen':
      return frozen + 1e6; // reading and scaling, even if no block is frozen
    case 'finetune':
      return frozen + 4 * tail + head + update;
    case 'tail':
      return 4 * tail + head + update;
    case 'predict':
      return 3 * tail + 1e6;
  }
}
