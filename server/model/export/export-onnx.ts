import { networkOf } from '@/lib/network/backbones.ts';
import { featureCount } from '@/lib/network/mobilenet-v2.ts';
import { writeAtomically } from '@/server/model/files/write-atomically.ts';
import { encodeOnnx } from '@/server/model/graph/encode-onnx.ts';
import { dynamicLength } from '@/server/model/graph/onnx-messages.ts';
import { constant, exp, input, logSoftmax, transpose } from '@/server/model/graph/operations.ts';
import { averagePool, frozenBlocks } from '@/server/model/network/frozen.ts';
import { headShapes, inferenceHead, movingAverages } from '@/server/model/network/head.ts';
import { modelMetadata } from './model-metadata.ts';
import type { TrainedModel } from './trained-model.ts';

/**
 * Writes the complete model as ONNX for inference, with folded batch normalization: input `image` [N, 32, 32, 3] in
 * [0, 1], output `probabilities` [N, classes]. N is dynamic. The metadata has class names and preprocessing.
 * @param file path, written atomically
 * @returns size in bytes
 */
export async function exportOnnx(file: string, model: TrainedModel): Promise<number> {
  const pixels = transpose(input('image', [dynamicLength, 32, 32, 3]), [0, 3, 1, 2]);
  const features = averagePool(frozenBlocks(pixels, model.weights, model.imageSize, networkOf(model).blocks));
  const shapes = new Map([
    ...headShapes(model.classes.length),
    ...movingAverages.map((name) => [name, [featureCount]] as const),
  ]);
  const logits = inferenceHead(features, (name) => constant(model.head.get(name)!, shapes.get(name)!));
  const { description, ...metadata } = modelMetadata(model);
  const text = Object.entries(metadata).map(([key, value]) => [key, asText(value)]);
  return writeAtomically(
    file,
    encodeOnnx({ probabilities: exp(logSoftmax(logits)) }, { description, metadata: Object.fromEntries(text) }),
  );
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
