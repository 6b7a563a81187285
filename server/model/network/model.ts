import {
  featureCount,
  frozenBlockCount,
  kernelName,
  kernelShape,
  type Network,
  trainedConvolutions,
} from '@/lib/network/mobilenet-v2.ts';
import { gradients } from '@/server/model/graph/gradient.ts';
import type { Node, Outputs, Shape } from '@/server/model/graph/node.ts';
import { input } from '@/server/model/graph/operations.ts';
import { averagePool, frozenBlocks } from './frozen.ts';
import { headShapes, inferenceHead, movingAverages, trainingHead } from './head.ts';
import { crossEntropyLoss } from './loss.ts';
import { trainedBlocks } from './trained.ts';
import type { Weights } from './weights.ts';

/**
 * The complete model as two graphs: the frozen part, from pixels to activations, and the tail, from activations to logits
 * (in training also to loss and gradients). Parameters are inputs, so a graph is compiled once per run.
 */

export interface ModelShape {
  network: Network;
  imageSize: number;
  nUnfreeze: number;
  classes: number;
}

/** Names and Keras' shapes of the parameters trained by gradient, the base's kernels first. */
export const trainedShapes = ({ network, nUnfreeze, classes }: Omit<ModelShape, 'imageSize'>): Map<string, Shape> =>
  new Map([
    ...trainedConvolutions(network, nUnfreeze).map((each): [string, Shape] => [kernelName(each), kernelShape(each)]),
    ...headShapes(classes),
  ]);

/** The name of a parameter's gradient in the outputs of a training graph. */
export const gradientName = (parameter: string): string => `gradient/${parameter}`;

/**
 * The frozen part. Input: `pixels` [batch, 3, 32, 32] in [0, 1]. Output: `frozen`, the tail's input: activations
 * [batch, c, h, w], or features [batch, 1280] if no block is trained.
 */
export function frozenGraph(
  weights: Weights,
  { network, imageSize, nUnfreeze }: Omit<ModelShape, 'classes'>,
  batch: number,
): Outputs {
  const { blocks } = network;
  const count = frozenBlockCount(network, nUnfreeze);
  const x = frozenBlocks(input('pixels', [batch, 3, 32, 32]), weights, imageSize, blocks.slice(0, count));
  return { frozen: count === blocks.length ? averagePool(x) : x };
}

interface Tail {
  features: Node;
  parameter: (name: string) => Node;
}

function tail(weights: Weights, model: ModelShape, batch: number): Tail {
  const shapes = trainedShapes(model);
  const nodes = new Map([...shapes].map(([name, shape]) => [name, input(name, shape)]));
  for (const name of movingAverages) nodes.set(name, input(name, [featureCount]));
  const { blocks } = model.network;
  const count = frozenBlockCount(model.network, model.nUnfreeze);
  const start = (shape: Shape) => input('frozen', [batch, ...shape]);
  const features =
    count === blocks.length
      ? start([featureCount])
      : trainedBlocks(
          start(frozenShape(model)),
          weights,
          blocks.slice(count),
          (each) => nodes.get(kernelName(each)) ?? null,
        );
  return { features, parameter: (name) => nodes.get(name)! };
}

/** The shape of the frozen part's output for a single image. */
export function frozenShape({ network, imageSize, nUnfreeze }: Omit<ModelShape, 'classes'>): Shape {
  const { blocks } = network;
  const count = frozenBlockCount(network, nUnfreeze);
  if (count === blocks.length) return [featureCount];
  const frozen = blocks.slice(0, count);
  const shrink = frozen.flatMap((block) => block.convolutions).reduce((product, { stride }) => product * stride, 1);
  const side = imageSize / shrink;
  return [frozen.at(-1)?.channelsOut ?? 3, side, side];
}

/**
 * The graph of one training step. Inputs: `frozen`, `targets` [batch, classes] (smoothed), `dropout_mask` [batch, 128],
 * and every parameter by name. Outputs: `loss`, `logits`, the batch's `mean` and `variance` in the head, and one gradient
 * per parameter.
 */
export function trainingGraph(weights: Weights, model: ModelShape, batch: number): Outputs {
  const { features, parameter } = tail(weights, model, batch);
  const { logits, mean, variance } = trainingHead(features, parameter);
  const loss = crossEntropyLoss(logits, input('targets', [batch, model.classes]));
  const names = [...trainedShapes(model).keys()];
  const parameterGradients = gradients(loss, names.map(parameter));
  return {
    loss,
    logits,
    mean,
    variance,
    ...Object.fromEntries(names.map((name, index) => [gradientName(name), parameterGradients[index]!])),
  };
}

/** The tail in inference mode. Inputs: `frozen`, every parameter and the moving averages. Output: `logits` [batch, classes]. */
export function inferenceGraph(weights: Weights, model: ModelShape, batch: number): Outputs {
  const { features, parameter } = tail(weights, model, batch);
  return { logits: inferenceHead(features, parameter) };
}
