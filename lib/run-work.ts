import { z } from 'zod';
import { networkOf } from './backbones.ts';
import type { DatasetSize } from './datasets.ts';
import { type Convolution, frozenBlockCount, kernelShape, type Network, trainedConvolutions } from './mobilenet-v2.ts';
import { changesPixels, type TrainConfig } from './train-config.ts';

/** What a run is made of: how many images pass through what, and what such a pass costs beside others. */

/**
 * `features`: an image through the frozen base. `head`: one through a training step of the head, on features, its share
 * of validation included. `finetune`: one through a training step of stage 2, from pixels. `predict`: one through the
 * fine-tuned network.
 */
export const passSchema = z.enum(['features', 'head', 'finetune', 'predict']);
export type Pass = z.infer<typeof passSchema>;

/** The phases of a run that images pass through, in order. */
export const workPhases = ['features', 'head', 'finetune', 'evaluation'] as const;
export type WorkPhase = (typeof workPhases)[number];

/** Images by pass. */
export type Work = Partial<Record<Pass, number>>;
export const entriesOf = (work: Work) => Object.entries(work) as [Pass, number][];

export type ImageCounts = Omit<DatasetSize, 'classes'>;

/** How many images a run takes: validation and test shrink with the training images, to one of each class at least. */
export function imageCounts(trainLimit: number, { classes, ...complete }: DatasetSize): ImageCounts {
  const share = trainLimit === 0 ? 1 : Math.min(1, trainLimit / complete.train);
  const part = (images: number) => Math.max(classes, Math.round(images * share));
  return { train: part(complete.train), val: part(complete.val), test: part(complete.test) };
}

/** Which of a run's features lie on disk already: of its images, and of the mirror images that evaluation takes. */
export interface KeptFeatures {
  plain: boolean;
  mirrored: boolean;
}
export const noneKept: KeptFeatures = { plain: false, mirrored: false };

/** Whether stage 2 would train any kernel of the base. */
export const trainsKernels = (config: Pick<TrainConfig, 'backbone' | 'n_unfreeze'>): boolean =>
  trainedConvolutions(networkOf(config), config.n_unfreeze).length > 0;

/** Whether stage 2 can go on from the features: nothing of the base is trained, and no pixel changes. */
export const staysOnFeatures = (config: TrainConfig): boolean => !trainsKernels(config) && !changesPixels(config);

/** Everything that passes if every epoch runs. */
export function workOf(config: TrainConfig, images: ImageCounts, kept: KeptFeatures): Record<WorkPhase, Work> {
  const trainsBase = trainsKernels(config) && config.epochs_stage2 > 0;
  const evaluated = images.val + images.test;
  const wholeBatches = Math.floor(images.train / config.batch_size) * config.batch_size;
  const epoch: Work = staysOnFeatures(config)
    ? { head: images.train }
    : {
        finetune: changesPixels(config) ? wholeBatches : images.train,
        predict: trainsBase ? images.val : 0,
      };
  return {
    features: { features: kept.plain ? 0 : images.train + evaluated },
    head: { head: images.train * config.epochs_stage1 },
    finetune: times(epoch, config.epochs_stage2),
    evaluation: trainsBase ? { predict: 2 * evaluated } : { features: kept.mirrored ? 0 : evaluated },
  };
}

const times = (work: Work, factor: number): Work =>
  Object.fromEntries(entriesOf(work).map(([pass, images]) => [pass, images * factor]));

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
  switch (pass) {
    case 'features':
      return total(costs);
    case 'head':
      return head;
    case 'finetune':
      return (
        frozen +
        4 * tail +
        head +
        (1400 / batch_size) * total(trainedConvolutions(network, n_unfreeze).map(parametersOf))
      );
    case 'predict':
      return frozen + 3 * tail;
  }
}
