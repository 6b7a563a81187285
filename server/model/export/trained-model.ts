import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type Backbone, networkOf } from '@/lib/network/backbones.ts';
import { kernelName, kernelShape, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import type { Parameters } from '@/server/model/network/head.ts';
import type { Weights } from '@/server/model/network/weights.ts';

/** A model after training: everything its exports need. */
export interface TrainedModel {
  backbone: Backbone;
  /** The base: all tensors by Keras' name, kernels unfolded, the trained ones replaced. */
  weights: Weights;
  /** The head's tensors, row-major, by name: `head_bn/gamma` … `moving_variance` [1280], `dense/kernel` [1280, 128], `dense/bias`,
   * `logits/kernel` [128, classes], `logits/bias`. */
  head: ReadonlyMap<string, Float32Array>;
  /** Pixels a side that the model scales its 32 × 32 images to. */
  imageSize: number;
  nUnfreeze: number;
  /** In label order. */
  classes: readonly string[];
  dropout: number;
  labelSmoothing: number;
  /** The rate that training on would start with. */
  learningRate: number;
}

/**
 * Puts together what is exported: the base with its trained kernels replaced, and the head.
 * @param weights of the base before training
 * @param parameters what training has changed; kernels that it has not reached yet are not among them
 */
export function trainedModel(
  config: TrainConfig,
  { weights, parameters, classes }: { weights: Weights; parameters: Parameters; classes: readonly string[] },
): TrainedModel {
  const base = new Map(weights);
  for (const convolution of trainedConvolutions(networkOf(config), config.n_unfreeze)) {
    const data = parameters.get(kernelName(convolution));
    if (data) base.set(kernelName(convolution), { shape: kernelShape(convolution), data });
  }
  return {
    backbone: config.backbone,
    weights: base,
    head: parameters,
    imageSize: config.image_size,
    nUnfreeze: config.n_unfreeze,
    classes,
    dropout: config.dropout,
    labelSmoothing: config.label_smoothing,
    learningRate: config.lr_stage2,
  };
}
