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

/** What a run is made of: how many images pass through what, and what such a pass costs beside others. */

/**
 * `features`: an image through the whole base, frozen. `head`: one through a training step of the head, on features, its
 * share of validation included. `frozen`: one through what stage 2 leaves frozen. `finetune`: one through a training step
 * of stage 2, from pixels. `tail`: the same from cached activations. `predict`: one from there to its logits.
 */
export const passSchema = z.enum(['head', 'features', 'frozen', 'finetune', 'tail', 'predict']);
export type Pass = z.infer<typeof passSchema>;

/** The phases of a run that images pass through, in order. */
export const workPhases = ['features', 'head', 'finetune', 'evaluation'] as const;
export type WorkPhase = (typeof workPhases)[number];

/** Images by pass. */
export type Work = Partial<Record<Pass, number>>;
export const entriesOf = (work: Work) => Object.entries(work) as [Pass, number][];

/** What a run will find in the cache, and how much that holds. */
export interface Kept {
  /** Features of its images, and of the mirror images that evaluation takes. */
  plain: boolean;
  mirrored: boolean;
  /** Activations of the training images, and of validation and test images, mirrored too. */
  train: boolean;
  evaluated: boolean;
  /** Bytes that the cache may take. */
  limit: number;
}
export const noneCached = (limit: number): Kept => ({
  plain: false,
  mirrored: false,
  train: false,
  evaluated: false,
  limit,
});

/** Whether stage 2 would train any kernel of the base. */
const trainsKernels = (config: Pick<TrainConfig, 'backbone' | 'n_unfreeze'>): boolean =>
  trainedConvolutions(networkOf(config), config.n_unfreeze).length > 0;

/** Whether stage 2 can train on the features alone: nothing of the base is trained, and no pixel changes. */
export const staysOnFeatures = (config: TrainConfig): boolean => !trainsKernels(config) && !changesPixels(config);

/** Whether stage 2 trains kernels of the base, and not only the head. */
export const tunesBase = (config: TrainConfig): boolean => trainsKernels(config) && config.epochs_stage2 > 0;

/** How many numbers the output of stage 2's frozen part has for an image. */
function activationSize(config: PassConfig): number {
  const network = networkOf(config);
  const frozen = network.blocks.slice(0, frozenBlockCount(network, config.n_unfreeze));
  const strides = frozen.flatMap((block) => block.convolutions.map(({ stride }) => stride as number));
  const side = strides.reduce((length, stride) => length / stride, config.image_size as number);
  return side * side * (frozen.at(-1)?.channelsOut ?? 0);
}

/** Validation and test images are evaluated plain and mirrored. */
const evaluations = ({ val, test }: ImageCounts): number => 2 * (val + test);

/**
 * Whether the activations of stage 2's frozen part are computed once for each image and cached: for validation and test
 * images, and for training images where their pixels do not change. Not where nothing is frozen, or the cache is too small
 * for them and the features.
 */
export function usesCachedActivations(config: TrainConfig, images: ImageCounts, limit: number): boolean {
  const numbers = activationSize(config);
  const evaluated = evaluations(images);
  const rows = (changesPixels(config) ? 0 : images.train) + evaluated;
  const bytes = Uint16Array.BYTES_PER_ELEMENT * (numbers * rows + featureCount * (images.train + evaluated));
  return tunesBase(config) && numbers > 0 && bytes <= limit;
}

/** Everything that passes if every epoch runs. */
export function workOf(config: TrainConfig, images: ImageCounts, kept: Kept): Record<WorkPhase, Work> {
  const { train, val, test } = images;
  return {
    features: { features: kept.plain ? 0 : train + val + test },
    head: { head: train * config.epochs_stage1 },
    finetune: fineTuningWork(config, images, kept),
    evaluation: evaluationWork(config, images, kept),
  };
}

function fineTuningWork(config: TrainConfig, images: ImageCounts, kept: Kept): Work {
  const { epochs_stage2: epochs, batch_size } = config;
  const { train, val } = images;
  if (staysOnFeatures(config)) return { head: train * epochs };
  const keeps = usesCachedActivations(config, images, kept.limit);
  const validated: Work = tunesBase(config)
    ? { frozen: keeps ? (kept.evaluated ? 0 : val) : val * epochs, predict: val * epochs }
    : {};
  if (changesPixels(config)) {
    return { ...validated, finetune: Math.floor(train / batch_size) * batch_size * epochs };
  }
  if (!keeps) return { ...validated, finetune: train * epochs };
  return { ...validated, frozen: validated.frozen! + (kept.train ? 0 : train), tail: train * epochs };
}

function evaluationWork(config: TrainConfig, images: ImageCounts, kept: Kept): Work {
  if (!tunesBase(config)) return { features: kept.mirrored ? 0 : images.val + images.test };
  const all = evaluations(images);
  // The plain validation images were there in every epoch.
  const frozen = usesCachedActivations(config, images, kept.limit) ? (kept.evaluated ? 0 : all - images.val) : all;
  return { frozen, predict: all };
}

/** Of a config, what a pass' speed depends on. */
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
 * What a pass costs an image, in multiply–adds of the frozen base: these run fastest, so that others count several times.
 * The factors are measured, with ONNX Runtime on a CPU at N = 30, 96 and 160 px, batches of 64 and 128. They serve to
 * scale one measured speed to another; alone they say nothing.
 */
export function passCost(pass: Pass, config: PassConfig): number {
  const { image_size, n_unfreeze, batch_size } = config;
  const network = networkOf(config);
  const costs = blockCosts(network, image_size);
  const cut = frozenBlockCount(network, n_unfreeze);
  const frozen = total(costs.slice(0, cut));
  const tail = total(costs.slice(cut));
  // A step updates every parameter once, however many images it has.
  const head = 1.1e6 + 180e6 / batch_size;
  const update = (1400 / batch_size) * total(trainedConvolutions(network, n_unfreeze).map(parametersOf));
  switch (pass) {
    case 'features':
      return total(costs);
    case 'head':
      return head;
    case 'frozen':
      return frozen + 1e6; // reading and scaling, where nothing else is frozen
    case 'finetune':
      return frozen + 4 * tail + head + update;
    case 'tail':
      return 4 * tail + head + update;
    case 'predict':
      return 3 * tail + 1e6;
  }
}
