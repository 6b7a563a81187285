import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { inProject } from '@/tools/testing/paths.ts';
import {
  batchNormParts,
  featureCount,
  frozenBlockCount,
  kernelName,
  kernelShape,
  mobilenetV2,
  type Network,
  trainedConvolutions,
  unfrozenLayers,
} from './mobilenet-v2.ts';

/** A layer as Keras' own `model_config` has it. */
interface KerasLayer {
  class_name: string;
  config: { name: string; strides?: [number, number]; filters?: number; kernel_size?: [number, number] };
}

const fixture = inProject('server/model/export/fixtures/keras-model-config.json');
const kerasLayers: KerasLayer[] = JSON.parse(await readFile(fixture, 'utf8')).config.layers;
const network = mobilenetV2(1);
const { blocks, layers } = network;
const isBatchNorm = (layer: { kind: string }) => layer.kind === 'BatchNormalization';
const counted = layers.filter((layer) => !isBatchNorm(layer)).map((layer) => layer.name);

function parametersOf({ blocks }: Network): number {
  const parameters = blocks
    .flatMap((block) => block.convolutions)
    .map((each) => kernelShape(each).reduce((a, b) => a * b) + batchNormParts.length * each.channelsOut);
  return parameters.reduce((a, b) => a + b);
}

describe('layers', () => {
  it('are Keras’ 154, 102 of them no BatchNormalization', () => {
    expect(layers).toHaveLength(154);
    expect(counted).toHaveLength(102);
    expect(new Set(layers.map((layer) => layer.name)).size).toBe(154);
    expect(layers[0]).toEqual({ name: 'input_1', kind: 'InputLayer', convolution: null });
  });

  it('have Keras’ names, classes and order', () => {
    const from = kerasLayers.findIndex((layer) => layer.config.name === 'Conv1');
    const to = kerasLayers.findIndex((layer) => layer.config.name === 'out_relu');
    expect(layers.slice(1).map(({ name, kind }) => [name, kind])).toEqual(
      kerasLayers.slice(from, to + 1).map((layer) => [layer.config.name, layer.class_name]),
    );
  });

  it('have Keras’ strides and kernel shapes', () => {
    const configs = new Map(kerasLayers.map((layer) => [layer.config.name, layer.config]));
    for (const { name, convolution } of layers) {
      if (!convolution) continue;
      const { strides, filters, kernel_size } = configs.get(name)!;
      expect([convolution.stride, convolution.stride], name).toEqual(strides);
      expect(kernelShape(convolution).slice(0, 2), name).toEqual(kernel_size);
      // Keras gives a depthwise convolution no `filters`: it has as many as it has channels.
      expect(convolution.channelsOut, name).toBe(filters ?? convolution.channelsIn);
    }
  });
});

describe('the network', () => {
  it('has the paper’s 19 blocks, ten of them with a shortcut', () => {
    expect(blocks).toHaveLength(19);
    expect(blocks.map((block) => block.channelsOut)).toEqual([
      32, 16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320, 1280,
    ]);
    expect(blocks.flatMap((block) => block.add ?? [])).toEqual(
      [2, 4, 5, 7, 8, 9, 11, 12, 14, 15].map((block) => `block_${block}_add`),
    );
    expect(blocks.at(-1)!.channelsOut).toBe(featureCount);
  });

  it('hands each convolution the channels of the one before', () => {
    const convolutions = blocks.flatMap((block) => block.convolutions);
    expect(convolutions).toHaveLength(52);
    expect(convolutions.map((each) => each.channelsIn)).toEqual([
      3,
      ...convolutions.slice(0, -1).map((each) => each.channelsOut),
    ]);
  });

  it('has 2,257,984 parameters', () => {
    expect(parametersOf(network)).toBe(2_257_984);
  });
});

describe('a narrower network', () => {
  const narrow = mobilenetV2(0.35);

  it('has Keras’ channels and parameters at 0.35', () => {
    expect(narrow.blocks.map((block) => block.channelsOut)).toEqual([
      16, 8, 8, 8, 16, 16, 16, 24, 24, 24, 24, 32, 32, 32, 56, 56, 56, 112, 1280,
    ]);
    expect(parametersOf(narrow)).toBe(410_208);
  });

  it('has the same layers, and n_unfreeze counts the same', () => {
    expect(narrow.layers.map(({ name }) => name)).toEqual(layers.map(({ name }) => name));
    expect(trainedConvolutions(narrow, 30).map(kernelName)).toEqual(trainedConvolutions(network, 30).map(kernelName));
  });
});

describe('what n_unfreeze counts', () => {
  it.each([
    [1, 'out_relu'],
    [2, 'Conv_1'],
    [29, 'block_12_depthwise'],
    [30, 'block_12_expand_relu'],
    [101, 'Conv1'],
    [102, 'input_1'],
  ])('the %ith layer from the end that is no BatchNormalization is %s', (nUnfreeze, name) => {
    expect(counted.at(-nUnfreeze)).toBe(name);
    const unfrozen = unfrozenLayers(network, nUnfreeze);
    expect(unfrozen).toHaveLength(nUnfreeze);
    expect(unfrozen[0]!.name).toBe(name);
    expect(unfrozen.some(isBatchNorm)).toBe(false);
  });

  it.each([
    { nUnfreeze: 0, kernels: 0, blocksFrozen: 19 },
    { nUnfreeze: 1, kernels: 0, blocksFrozen: 19 }, // a ReLU alone
    { nUnfreeze: 2, kernels: 1, blocksFrozen: 18 },
    { nUnfreeze: 3, kernels: 2, blocksFrozen: 17 }, // block_16_project
    { nUnfreeze: 10, kernels: 5, blocksFrozen: 16 }, // block_15_project
    { nUnfreeze: 29, kernels: 15, blocksFrozen: 13 }, // block_12_depthwise: the cut is before the whole block
    { nUnfreeze: 30, kernels: 15, blocksFrozen: 13 },
    { nUnfreeze: 31, kernels: 16, blocksFrozen: 13 }, // block_12_expand: the whole block
    { nUnfreeze: 100, kernels: 51, blocksFrozen: 1 },
    { nUnfreeze: 101, kernels: 52, blocksFrozen: 0 },
    { nUnfreeze: 102, kernels: 52, blocksFrozen: 0 },
  ])('$nUnfreeze layers train $kernels kernels after $blocksFrozen frozen blocks', (due) => {
    expect(trainedConvolutions(network, due.nUnfreeze)).toHaveLength(due.kernels);
    expect(frozenBlockCount(network, due.nUnfreeze)).toBe(due.blocksFrozen);
  });

  it('trains the last kernels, in the network’s order, under Keras’ names', () => {
    expect(trainedConvolutions(network, 10).map(kernelName)).toEqual([
      'block_15_project/kernel',
      'block_16_expand/kernel',
      'block_16_depthwise/depthwise_kernel',
      'block_16_project/kernel',
      'Conv_1/kernel',
    ]);
  });

  it('leaves every trained kernel behind the cut', () => {
    for (let nUnfreeze = 0; nUnfreeze <= 102; nUnfreeze++) {
      const frozen = blocks.slice(0, frozenBlockCount(network, nUnfreeze)).flatMap((block) => block.convolutions);
      const trained = trainedConvolutions(network, nUnfreeze);
      expect(frozen.filter((convolution) => trained.includes(convolution))).toEqual([]);
      expect(
        blocks[frozenBlockCount(network, nUnfreeze)]?.convolutions.some((each) => trained.includes(each)) ?? true,
      ).toBe(true);
    }
  });
});
