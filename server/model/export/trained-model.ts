import type { TrainConfig } from '@/lib/config/train-config.ts';
import { type Backbone, networkOf } from '@/lib/network/backbones.ts';
import { kernelName, kernelShape, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import type { Parameters } from '@/server/model/network/head.ts';
import type { Weights } from '@/server/model/network/weights.ts';

/** A model after training: everything that exports need. */
export interface TrainedModel {
  backbone: Backbone;
  /** The base's tensors by Keras name; kernels are unfolded, trained ones replaced. */
  weights: Weights;
  /**
   * The head's tensors by name, row-major: `head_bn/gamma` … `moving_variance` [1280], `dense/kernel` [1280, 128],
   * `dense/bias`, `logits/kernel` [128, classes], `logits/bias`.
   */
  head: ReadonlyMap<string, Float32Array>;
  /** Side in pixels that the model scales its 32 × 32 inputs to. */
  imageSize: number;
  nUnfreeze: number;
  /** In label order. */
  classes: readonly string[];
  dropout: number;
  labelSmoothing: number;
  /** Learning rate for further training. */
  learningRate: number;
}

/**
 * Assembles the model to export: the base with its trained kernels replaced, and the head.
 * @param weights the base before training
 * @param parameters the trained parameters; kernels are missing if stage 2 has not begun
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
