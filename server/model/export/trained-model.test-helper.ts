import { cifar10Classes } from '@/lib/data/classes.ts';
import { type Backbone, backbones } from '@/lib/network/backbones.ts';
import { kernelName, trainedConvolutions } from '@/lib/network/mobilenet-v2.ts';
import { loadCifar10 } from '@/server/model/dataset/cifar10.ts';
import type { ImageSet } from '@/server/model/dataset/dataset.ts';
import { sampleSketch10 } from '@/server/model/dataset/sample.ts';
import { createOnnxRuntimeEngine } from '@/server/model/engine/onnxruntime.ts';
import { Programs } from '@/server/model/engine/programs.ts';
import type { Parameters } from '@/server/model/network/head.ts';
import { realData, someDataFolder } from '@/server/model/network/real-data.test-helper.ts';
import { findWeightsFile, loadWeights, type Weights } from '@/server/model/network/weights.ts';
import { logitsFromImages } from '@/server/model/predict.ts';
import { softmax } from '@/server/model/scores.ts';
import type { TrainedModel } from './trained-model.ts';

/** A head with plausible values that differ for every tensor, so that swapped tensors are detected. */
function makeHead(): Map<string, Float32Array> {
  let state = 1;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const numbers = (count: number, low: number, high: number) =>
    Float32Array.from({ length: count }, () => low + (high - low) * random());
  return new Map([
    ['head_bn/gamma', numbers(1280, 0.8, 1.2)],
    ['head_bn/beta', numbers(1280, -0.1, 0.1)],
    ['head_bn/moving_mean', numbers(1280, 0, 0.6)],
    ['head_bn/moving_variance', numbers(1280, 0.1, 0.6)],
    ['dense/kernel', numbers(1280 * 128, -0.06, 0.06)],
    ['dense/bias', numbers(128, -0.1, 0.1)],
    ['logits/kernel', numbers(128 * 10, -0.2, 0.2)],
    ['logits/bias', numbers(10, -0.1, 0.1)],
  ]);
}

/** Backbones whose weights are available: sketch is bundled, the ImageNet weights may not be downloaded. */
export const availableBackbones: Backbone[] = realData ? ['sketch', 'imagenet'] : ['sketch'];

/** Loads a backbone's weights for 96 px. */
export const loadBaseWeights = (backbone: Backbone): Promise<Weights> =>
  loadWeights(findWeightsFile(someDataFolder, { backbone, image_size: 96 }), backbones[backbone].network);

/** Loads at least a hundred images of the data set that matches the backbone. */
export const loadTestImages = async (backbone: Backbone): Promise<ImageSet> =>
  backbone === 'sketch' ? sampleSketch10(100, 1).images : (await loadCifar10(realData!)).test;

/** A model at 96 px as after stage 2 with N = 30: 15 kernels that differ from the base's, and a head. */
export function makeTrainedModel(base: Weights, backbone: Backbone = 'imagenet'): TrainedModel {
  const weights: Weights = new Map(base);
  for (const convolution of trainedConvolutions(backbones[backbone].network, 30)) {
    const { shape, data } = base.get(kernelName(convolution))!;
    weights.set(kernelName(convolution), { shape, data: data.map((value) => value * 1.01) });
  }
  const settings = {
    backbone,
    imageSize: 96,
    nUnfreeze: 30,
    classes: cifar10Classes,
    dropout: 0.4,
  };
  return { ...settings, labelSmoothing: 0.05, learningRate: 1e-5, weights, head: makeHead() };
}

/** Computes the trainer's probabilities of the first images, [count, 10]. */
export async function trainerProbabilities(
  model: TrainedModel,
  base: Weights,
  images: ImageSet,
  count: number,
): Promise<Float64Array> {
  const { network } = backbones[model.backbone];
  const parameters: Parameters = new Map(model.head);
  for (const convolution of trainedConvolutions(network, model.nUnfreeze)) {
    parameters.set(kernelName(convolution), model.weights.get(kernelName(convolution))!.data);
  }
  const { imageSize, nUnfreeze, classes } = model;
  const programs = new Programs(createOnnxRuntimeEngine(), base, {
    network,
    imageSize,
    nUnfreeze,
    classes: classes.length,
  });
  const first = Uint32Array.from({ length: count }, (_, index) => index);
  const logits = await logitsFromImages(programs, parameters, images, first, { mirrored: false });
  await programs.release();
  return softmax(logits, classes.length);
}
