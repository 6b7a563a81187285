import { batchNormEpsilon, type Convolution, kernelName } from '@/lib/network/mobilenet-v2.ts';
import type { Weights } from './weights.ts';

/**
 * Converts a BatchNormalization in inference mode to y = x · scale + shift, both [channels]. Computed in double precision,
 * stored as float32.
 */
export function foldBatchNorm(weights: Weights, name: string): { scale: Float32Array; shift: Float32Array } {
  const part = (which: string) => tensor(weights, `${name}/${which}`);
  const [gamma, beta, mean, variance] = [part('gamma'), part('beta'), part('moving_mean'), part('moving_variance')];
  const scale = Float32Array.from(gamma, (value, c) => value / Math.sqrt(variance[c]! + batchNormEpsilon));
  const shift = Float32Array.from(
    beta,
    (value, c) => value - (mean[c]! * gamma[c]!) / Math.sqrt(variance[c]! + batchNormEpsilon),
  );
  return { scale, shift };
}

function tensor(weights: Weights, name: string): Float32Array {
  const weight = weights.get(name);
  if (!weight) throw new Error(`there is no weight named ${name}`);
  return weight.data;
}

/** A convolution's unfolded kernel, in Keras' layout. */
export const kernelOf = (weights: Weights, convolution: Convolution): Float32Array =>
  tensor(weights, kernelName(convolution));
