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
 * The whole model in two graphs: the frozen part, from pixels to its output, and the tail, from there to logits
 * (and, in training, to loss and gradients). Parameters are inputs, so one graph serves a whole run.
 */

export interface ModelShape {
  network: Network;
  imageSize: number;
  nUnfreeze: number;
  classes: number;
}

/** Names of what training changes by gradient, the tail's kernels first, with Keras' shapes. */
export const trainedShapes = ({ network, nUnfreeze, classes }: Omit<ModelShape, 'imageSize'>): Map<string, Shape> =>
  new Map([
    ...trainedConvolutions(network, nUnfreeze).map((each): [string, Shape] => [kernelName(each), kernelShape(each)]),
    ...headShapes(classes),
  ]);

/** The name under which a training graph returns the gradient of a parameter. */
export const gradientName = (parameter: string): string => `gradient/${parameter}`;

/** Input `pixels` [batch, 3, 32, 32] in [0, 1] → output `frozen`, what the tail starts from: [batch, c, h, w] or features [batch, 1280]. */
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

/** The shape of the frozen part's output for one image. */
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
 * One step's graph. Inputs: `frozen`, `targets` [batch, classes] (smoothed), `dropout_mask` [batch, 128], and every
 * parameter by name. Outputs: `loss`, `logits`, `mean` and `variance` of the head's batch, and a gradient a parameter.
 */
export function trainingGraph(weights: Weights, model: ModelShape, batch: number): Outputs {
  const { features, parameter } = tail(weights, model, batch);
  const { logits, mean, variance } = trainingHead(features, parameter);
  const loss = crossEntropyLoss(logits, input('targets', [batch, model.classes]));
  const names = [...trainedShapes(model).keys()];
  const towards = gradients(loss, names.map(parameter));
  return {
    loss,
    logits,
    mean,
    variance,
    ...Object.fromEntries(names.map((name, index) => [gradientName(name), towards[index]!])),
  };
}

/** Inputs: `frozen` and every parameter, the moving averages included. Output: `logits` [batch, classes]. */
export function inferenceGraph(weights: Weights, model: ModelShape, batch: number): Outputs {
  const { features, parameter } = tail(weights, model, batch);
  return { logits: inferenceHead(features, parameter) };
}
