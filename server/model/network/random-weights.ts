import { batchNormParts, type Convolution, kernelName, kernelShape, type Network } from '@/lib/network/mobilenet-v2.ts';
import { Random } from '@/server/model/random.ts';
import type { Weights } from './weights.ts';

/** Random weights with the network's shapes, scaled so that signals neither vanish nor explode (He et al., 2015). */
export function randomWeights({ layers }: Network, seed = 1): Weights {
  const weights: Weights = new Map();
  const random = new Random(seed, 'weights');
  let last: Convolution | null = null;
  for (const { name, kind, convolution } of layers) {
    if (convolution) {
      last = convolution;
      const shape = kernelShape(convolution);
      const size = shape.reduce((product, length) => product * length);
      const deviation = Math.sqrt(
        (2 * convolution.channelsOut) / (convolution.kind === 'depthwise' ? 9 * convolution.channelsOut : size),
      );
      weights.set(kernelName(convolution), {
        shape,
        data: Float32Array.from({ length: size }, () => deviation * random.normal()),
      });
    }
    if (kind === 'BatchNormalization') {
      const ranges: Record<string, [number, number]> = {
        gamma: [0.8, 1.2],
        beta: [-0.1, 0.3],
        moving_mean: [-0.1, 0.1],
        moving_variance: [0.8, 1.2],
      };
      for (const part of batchNormParts) {
        const data = Float32Array.from({ length: last!.channelsOut }, () => random.uniform(...ranges[part]!));
        weights.set(`${name}/${part}`, { shape: [last!.channelsOut], data });
      }
    }
  }
  return weights;
}
