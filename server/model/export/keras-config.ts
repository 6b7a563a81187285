import { networkOf } from '@/lib/network/backbones.ts';
import { batchNormEpsilon, type Convolution, unfrozenLayers } from '@/lib/network/mobilenet-v2.ts';
import { hiddenUnits } from '@/server/model/network/head.ts';
import type { TrainedModel } from './trained-model.ts';

/**
 * The model as Keras' JSON: a flat functional graph of stock layers, [N, 32, 32, 3] in [0, 1] → probabilities. Uses
 * Keras 2's format with only the keys that Keras 2 and Keras 3 both read. Defaults are omitted, because each version
 * rejects some keys of the other (`groups` in DepthwiseConv2D, `batch_shape`, the initializers' modules).
 */

export interface KerasLayer {
  class_name: string;
  config: { name: string; trainable?: boolean; [option: string]: unknown };
  name: string;
  /** One entry per call of the layer (always one): the names of its input layers. */
  inbound_nodes: [string, 0, 0, Record<string, never>][][];
}

export interface KerasModelConfig {
  class_name: 'Functional';
  config: {
    name: string;
    trainable: boolean;
    layers: KerasLayer[];
    /** A single layer, not a list: from a list, Keras 3 would make `model.input` and `model.output` lists. */
    input_layers: [string, 0, 0];
    output_layers: [string, 0, 0];
  };
}

/** Names of layers before and after the base. */
const inputName = 'input_1';
const poolingName = 'global_average_pooling2d';

/** Keras' `model_config` of the complete model. `trainable` is true for unfrozen layers and the head. */
export function kerasModelConfig(
  model: Pick<TrainedModel, 'backbone' | 'imageSize' | 'nUnfreeze' | 'classes' | 'dropout'>,
): KerasModelConfig {
  const network = networkOf(model);
  const unfrozen = new Set(unfrozenLayers(network, model.nUnfreeze).map((layer) => layer.name));
  const layers: KerasLayer[] = [];
  /** Adds a layer called on `inputs`, by default on the previous layer, and returns its name. */
  const add = (className: string, name: string, options: object, inputs = [layers.at(-1)?.name ?? '']): string => {
    const config = { name, trainable: unfrozen.has(name), ...options, dtype: 'float32' };
    const call = inputs.map((input): [string, 0, 0, Record<string, never>] => [input, 0, 0, {}]);
    layers.push({ class_name: className, config, name, inbound_nodes: [call] });
    return name;
  };

  layers.push({
    class_name: 'InputLayer',
    config: { batch_input_shape: [null, 32, 32, 3], dtype: 'float32', name: inputName },
    name: inputName,
    inbound_nodes: [],
  });
  add('Resizing', 'resizing', { height: model.imageSize, width: model.imageSize, interpolation: 'bilinear' });
  let blockInput = add('Rescaling', 'rescaling', { scale: 2, offset: -1 });
  for (const block of network.blocks) {
    for (const convolution of block.convolutions) {
      if (convolution.pad) {
        const padding = [
          [0, 1],
          [0, 1],
        ];
        add('ZeroPadding2D', convolution.pad, { padding });
      }
      add(...kerasConvolution(convolution));
      add('BatchNormalization', convolution.norm, { momentum: 0.999, epsilon: batchNormEpsilon });
      if (convolution.relu) add('ReLU', convolution.relu, { max_value: 6 });
    }
    const end = layers.at(-1)?.name ?? '';
    blockInput = block.add ? add('Add', block.add, {}, [blockInput, end]) : end;
  }
  const trainable = true;
  add('GlobalAveragePooling2D', poolingName, { trainable });
  add('BatchNormalization', 'head_bn', { trainable, momentum: 0.99, epsilon: batchNormEpsilon });
  add('Dense', 'dense', { trainable, units: hiddenUnits, activation: 'relu' });
  add('Dropout', 'dropout', { trainable, rate: model.dropout });
  const output = add('Dense', 'logits', { trainable, units: model.classes.length, activation: 'softmax' });
  return {
    class_name: 'Functional',
    config: {
      name: 'full_cifar10_model',
      trainable,
      layers,
      input_layers: [inputName, 0, 0],
      output_layers: [output, 0, 0],
    },
  };
}

/** Class, name and options of a convolution. Keras pads all but the last with "same", and stride 2 with a ZeroPadding2D layer. */
function kerasConvolution({ name, kind, pad, stride, channelsOut }: Convolution): [string, string, object] {
  const size = kind === 'pointwise' ? 1 : 3;
  const window = { kernel_size: [size, size], strides: [stride, stride] };
  const padding = pad || name === 'Conv_1' ? 'valid' : 'same';
  const rest = { padding, activation: 'linear', use_bias: false };
  return kind === 'depthwise'
    ? ['DepthwiseConv2D', name, { ...window, ...rest, depth_multiplier: 1 }]
    : ['Conv2D', name, { filters: channelsOut, ...window, ...rest }];
}

/**
 * Keras' `training_config`, so that `load_model(…).evaluate(…)` works without compiling the model. Names Adam, because
 * Keras 2.15 cannot read AdamW from an HDF5 file.
 */
export const kerasTrainingConfig = (model: Pick<TrainedModel, 'labelSmoothing' | 'learningRate'>) => ({
  loss: { class_name: 'CategoricalCrossentropy', config: { label_smoothing: model.labelSmoothing } },
  metrics: ['accuracy'],
  weighted_metrics: null,
  loss_weights: null,
  optimizer_config: { class_name: 'Adam', config: { learning_rate: model.learningRate } },
});
