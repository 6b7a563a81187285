import { batchNormEpsilon, type Network } from '@/lib/network/mobilenet-v2.ts';
import { plainBatches } from '@/server/model/dataset/batches/batches.ts';
import type { ImageSet } from '@/server/model/dataset/dataset.ts';
import type { Engine } from '@/server/model/engine/engine.ts';
import type { Node, Outputs } from '@/server/model/graph/node.ts';
import {
  add,
  clip,
  constant,
  conv,
  divide,
  input,
  multiply,
  scalar,
  sqrt,
  subtract,
  sum,
} from '@/server/model/graph/operations.ts';
import { kernelOf } from '@/server/model/network/fold.ts';
import { foldKernel, paddingOf, preprocess } from '@/server/model/network/frozen.ts';
import { randomWeights } from '@/server/model/network/random-weights.ts';
import type { Weights } from '@/server/model/network/weights.ts';

/** Number of images for the statistics. */
const statisticsImages = 256;

/**
 * An untrained network that is as good as possible without training: random kernels, and BatchNormalization with the means
 * and variances of some training images.
 */
export async function randomBackbone(
  engine: Engine,
  { network, imageSize, seed }: { network: Network; imageSize: number; seed: number },
  images: ImageSet,
  indices: Uint32Array,
): Promise<Weights> {
  const weights = randomWeights(network, seed);
  for (const [name, { data }] of weights) {
    if (name.endsWith('/gamma')) data.fill(1);
    if (name.endsWith('/beta')) data.fill(0);
  }
  const [batch] = plainBatches(
    images,
    indices.subarray(0, statisticsImages),
    Math.min(statisticsImages, indices.length),
    {
      mirrored: false,
    },
  );
  const program = await engine.compile(statisticsGraph(weights, network, imageSize, batch!.count));
  for (const [name, values] of Object.entries(await program.run({ pixels: batch!.pixels }))) {
    weights.get(name)!.data.set(values);
  }
  await program.release();
  return weights;
}

/** Computes the mean and variance of a batch for every BatchNormalization, by Keras' name. */
function statisticsGraph(weights: Weights, network: Network, imageSize: number, batch: number): Outputs {
  const outputs: Record<string, Node> = {};
  let x = preprocess(input('pixels', [batch, 3, 32, 32]), imageSize);
  for (const block of network.blocks) {
    const before = x;
    for (const convolution of block.convolutions) {
      const { channelsOut } = convolution;
      const ones = new Float32Array(channelsOut).fill(1);
      const kernels = foldKernel(kernelOf(weights, convolution), convolution, ones);
      x = conv(x, kernels, constant(new Float32Array(channelsOut), [channelsOut]), {
        stride: convolution.stride,
        padding: paddingOf(convolution),
        groups: convolution.kind === 'depthwise' ? convolution.channelsIn : 1,
      });
      const [images = 0, , height = 0, width = 0] = x.shape;
      const meanOf = (values: Node) => multiply(sum(values, [0, 2, 3]), scalar(1 / (images * height * width)));
      const mean = meanOf(x);
      const deviation = subtract(x, mean);
      const variance = meanOf(multiply(deviation, deviation));
      outputs[`${convolution.norm}/moving_mean`] = mean;
      outputs[`${convolution.norm}/moving_variance`] = variance;
      x = divide(deviation, sqrt(add(variance, scalar(batchNormEpsilon))));
      if (convolution.relu) x = clip(x, 0, 6);
    }
    if (block.add) x = add(before, x);
  }
  return outputs;
}
