import { networkOf } from '@/lib/network/backbones.ts';
import { batchNormParts, featureCount } from '@/lib/network/mobilenet-v2.ts';
import { hiddenUnits } from '@/server/model/network/head.ts';
import { expectedWeights, type Weight } from '@/server/model/network/weights.ts';
import type { TrainedModel } from './trained-model.ts';

/** A tensor with its name, such as `dense/kernel`. */
export type NamedWeight = Weight & { name: string };

/**
 * Groups the model's tensors by layer name, in Keras' order; kernels are unfolded.
 * @throws Error if a tensor is missing or has the wrong length
 */
export function tensorsByLayer(model: TrainedModel): Map<string, NamedWeight[]> {
  const base = expectedWeights(networkOf(model)).map(({ layer, tensors }): [string, NamedWeight[]] => [
    layer,
    tensors.map(({ name, shape }) => checked(name, shape, model.weights.get(name)?.data)),
  ]);
  const head = headTensors(model.classes.length).map(({ layer, parts }): [string, NamedWeight[]] => [
    layer,
    parts.map(([part, shape]) => checked(`${layer}/${part}`, shape, model.head.get(`${layer}/${part}`))),
  ]);
  return new Map([...base, ...head]);
}

/** The head's tensors in Keras' order. */
const headTensors = (classes: number): { layer: string; parts: [string, number[]][] }[] => [
  { layer: 'head_bn', parts: batchNormParts.map((part) => [part, [featureCount]]) },
  { layer: 'dense', parts: denseParts(featureCount, hiddenUnits) },
  { layer: 'logits', parts: denseParts(hiddenUnits, classes) },
];

const denseParts = (unitsIn: number, units: number): [string, number[]][] => [
  ['kernel', [unitsIn, units]],
  ['bias', [units]],
];

/** Checks a tensor's length: a bug in this program must not produce a file that Keras rejects. */
function checked(name: string, shape: number[], data: Float32Array | undefined): NamedWeight {
  const expected = shape.reduce((a, b) => a * b);
  if (data?.length !== expected) throw new Error(`${name} has ${data?.length ?? 'no'} numbers instead of ${expected}`);
  return { name, shape, data };
}
