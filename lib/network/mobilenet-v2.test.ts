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

/** A layer in Keras' `model_config`. */
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
  it('are Keras’ 154, of which 102 are not BatchNormalization', () => {
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
      // Keras' depthwise convolutions have no `filters`: the number equals the channels.
      expect(convolution.channelsOut, name).toBe(filters ?? convolution.channelsIn);
    }
  });
});

describe('the network', () => {
  it('has the paper’s 19 blocks, ten of them with a residual connection', () => {
    expect(blocks).toHaveLength(19);
    expect(blocks.map((block) => block.channelsOut)).toEqual([
      32, 16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320, 1280,
    ]);
    expect(blocks.flatMap((block) => block.add ?? [])).toEqual(
      [2, 4, 5, 7, 8, 9, 11, 12, 14, 15].map((block) => `block_${block}_add`),
    );
    expect(blocks.at(-1)!.channelsOut).toBe(featureCount);
  });

  it('gives each convolution the previous one’s output channels as input', () => {
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

  it('has Keras’ channels and number of parameters at width 0.35', () => {
    expect(narrow.blocks.map((block) => block.channelsOut)).toEqual([
      16, 8, 8, 8, 16, 16, 16, 24, 24, 24, 24, 32, 32, 32, 56, 56, 56, 112, 1280,
    ]);
    expect(parametersOf(narrow)).toBe(410_208);
  });

  it('has the same layers, so n_unfreeze has the same meaning', () => {
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
  ])('the %ith layer from the end, not counting BatchNormalization, is %s', (nUnfreeze, name) => {
    expect(counted.at(-nUnfreeze)).toBe(name);
    const unfrozen = unfrozenLayers(network, nUnfreeze);
    expect(unfrozen).toHaveLength(nUnfreeze);
    expect(unfrozen[0]!.name).toBe(name);
    expect(unfrozen.some(isBatchNorm)).toBe(false);
  });

  it.each([
    { nUnfreeze: 0, convLayers: 0, blocksFrozen: 19 },
    { nUnfreeze: 1, convLayers: 0, blocksFrozen: 19 }, // only a ReLU
    { nUnfreeze: 2, convLayers: 1, blocksFrozen: 18 },
    { nUnfreeze: 3, convLayers: 2, blocksFrozen: 17 }, // block_16_project
    { nUnfreeze: 10, convLayers: 5, blocksFrozen: 16 }, // block_15_project
    { nUnfreeze: 29, convLayers: 15, blocksFrozen: 13 }, // block_12_depthwise: the frozen part ends before its block
    { nUnfreeze: 30, convLayers: 15, blocksFrozen: 13 },
    { nUnfreeze: 31, convLayers: 16, blocksFrozen: 13 }, // block_12_expand: the complete block
    { nUnfreeze: 100, convLayers: 51, blocksFrozen: 1 },
    { nUnfreeze: 101, convLayers: 52, blocksFrozen: 0 },
    { nUnfreeze: 102, convLayers: 52, blocksFrozen: 0 },
  ])(
    '$nUnfreeze layers include $convLayers conv layers, after $blocksFrozen frozen blocks',
    ({ nUnfreeze, convLayers, blocksFrozen }) => {
      expect(trainedConvolutions(network, nUnfreeze)).toHaveLength(convLayers);
      expect(frozenBlockCount(network, nUnfreeze)).toBe(blocksFrozen);
    },
  );

  it('trains the last conv layers, in the network’s order, with Keras’ names', () => {
    expect(trainedConvolutions(network, 10).map(kernelName)).toEqual([
      'block_15_project/kernel',
      'block_16_expand/kernel',
      'block_16_depthwise/depthwise_kernel',
      'block_16_project/kernel',
      'Conv_1/kernel',
    ]);
  });

  it('never trains a convolution of a frozen block', () => {
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
