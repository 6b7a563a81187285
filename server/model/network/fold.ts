import { batchNormEpsilon, type Convolution, kernelName } from '@/lib/network/mobilenet-v2.ts';
import type { Weights } from './weights.ts';

/** A BatchNormalization in inference mode: y = x · scale + shift, both [channels]. In double precision before it is stored. */
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

/** The numbers of a tensor of the weights file. */
function tensor(weights: Weights, name: string): Float32Array {
  const weight = weights.get(name);
  if (!weight) throw new Error(`no weight is called ${name}`);
  return weight.data;
}

/** The unfolded kernel of a convolution, in Keras' layout. */
export const kernelOf = (weights: Weights, convolution: Convolution): Float32Array =>
  tensor(weights, kernelName(convolution));
