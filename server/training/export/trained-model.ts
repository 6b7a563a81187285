import type { Weights } from '../network/weights.ts';

/** A model after training: everything its exports need. */
export interface TrainedModel {
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
