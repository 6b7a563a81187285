/**
 * MobileNetV2 as a table (Sandler et al., 2018, table 2), with Keras' layer names and order
 * (`keras.applications.MobileNetV2`, no top). The names must match the weights file and `cifar10.h5`.
 */

/** A conv layer with its batch normalization and, except for projections, its ReLU6. */
export interface Convolution {
  /** Keras' name, e.g. `block_12_depthwise`. */
  name: string;
  /** `image`: 3 × 3 on pixels; `pointwise`: 1 × 1; `depthwise`: 3 × 3, one filter per channel. */
  kind: 'image' | 'pointwise' | 'depthwise';
  /** Name of its BatchNormalization. */
  norm: string;
  /** Name of its ReLU6; null for a projection. */
  relu: string | null;
  /** Name of the explicit padding before it (depthwise with stride 2). */
  pad: string | null;
  channelsIn: number;
  channelsOut: number;
  stride: 1 | 2;
}

/** An inverted residual block, the stem (`Conv1`) or the top (`Conv_1`). The frozen part consists of complete blocks. */
export interface Block {
  name: string;
  convolutions: Convolution[];
  /** Name of its final Add; null if input and output have different shapes. */
  add: string | null;
  channelsOut: number;
}

/** One entry of Keras' list of layers. */
export interface Layer {
  name: string;
  kind: 'InputLayer' | 'Conv2D' | 'DepthwiseConv2D' | 'BatchNormalization' | 'ReLU' | 'ZeroPadding2D' | 'Add';
  /** The convolution of a Conv2D or DepthwiseConv2D; null for other layers. */
  convolution: Convolution | null;
}

/** ε of every BatchNormalization, including the head's. */
export const batchNormEpsilon = 1e-3;

/** Expansion, output channels at width 1, repeats, stride of the first repeat. */
const rows = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const stemChannels = 32;
/** Does not depend on the width, up to 1. */
const topChannels = 1280;

/** Length of a feature vector. */
export const featureCount = topChannels;

/** Rounds to a multiple of 8, at most a tenth below the exact number (Keras' `_make_divisible`). */
function roundChannels(exact: number): number {
  const rounded = Math.max(8, Math.floor((exact + 4) / 8) * 8);
  return rounded < 0.9 * exact ? rounded + 8 : rounded;
}

function makeBlocks(width: number): Block[] {
  const stemOut = roundChannels(stemChannels * width);
  const stem: Convolution = {
    name: 'Conv1',
    kind: 'image',
    norm: 'bn_Conv1',
    relu: 'Conv1_relu',
    pad: null,
    channelsIn: 3,
    channelsOut: stemOut,
    stride: 2,
  };
  const blocks: Block[] = [{ name: 'Conv1', convolutions: [stem], add: null, channelsOut: stemOut }];
  let channels = stemOut;
  for (const [expansion, fullChannels, repeats, firstStride] of rows) {
    const channelsOut = roundChannels(Math.floor(fullChannels * width));
    for (let repeat = 0; repeat < repeats; repeat++) {
      const index = blocks.length - 1;
      const name = index === 0 ? 'expanded_conv' : `block_${index}`;
      const stride = repeat === 0 ? firstStride : 1;
      const wide = channels * expansion;
      const row = (part: string, rest: Pick<Convolution, 'kind' | 'channelsIn' | 'channelsOut'>): Convolution => ({
        name: `${name}_${part}`,
        norm: `${name}_${part}_BN`,
        relu: part === 'project' ? null : `${name}_${part}_relu`,
        pad: part === 'depthwise' && stride === 2 ? `${name}_pad` : null,
        stride: part === 'depthwise' ? stride : 1,
        ...rest,
      });
      blocks.push({
        name,
        convolutions: [
          ...(index === 0 ? [] : [row('expand', { kind: 'pointwise', channelsIn: channels, channelsOut: wide })]),
          row('depthwise', { kind: 'depthwise', channelsIn: wide, channelsOut: wide }),
          row('project', { kind: 'pointwise', channelsIn: wide, channelsOut }),
        ],
        add: stride === 1 && channels === channelsOut ? `${name}_add` : null,
        channelsOut,
      });
      channels = channelsOut;
    }
  }
  const top: Convolution = {
    name: 'Conv_1',
    kind: 'pointwise',
    norm: 'Conv_1_bn',
    relu: 'out_relu',
    pad: null,
    channelsIn: channels,
    channelsOut: topChannels,
    stride: 1,
  };
  return [...blocks, { name: 'Conv_1', convolutions: [top], add: null, channelsOut: topChannels }];
}

function listLayers(blocks: readonly Block[]): Layer[] {
  const layers: Layer[] = [{ name: 'input_1', kind: 'InputLayer', convolution: null }];
  const push = (name: string, kind: Layer['kind'], convolution: Convolution | null = null) =>
    layers.push({ name, kind, convolution });
  for (const block of blocks) {
    for (const convolution of block.convolutions) {
      if (convolution.pad) push(convolution.pad, 'ZeroPadding2D');
      push(convolution.name, convolution.kind === 'depthwise' ? 'DepthwiseConv2D' : 'Conv2D', convolution);
      push(convolution.norm, 'BatchNormalization');
      if (convolution.relu) push(convolution.relu, 'ReLU');
    }
    if (block.add) push(block.add, 'Add');
  }
  return layers;
}

/** MobileNetV2 with a given width. */
export interface Network {
  /** Multiplier of every block's channels (Keras' `alpha`). */
  width: number;
  /** Stem, 17 inverted residual blocks, top. */
  blocks: readonly Block[];
  /** Keras' list of 154 layers, beginning with the InputLayer. */
  layers: readonly Layer[];
}

/** @param width at most 1 */
export function mobilenetV2(width: number): Network {
  const blocks = makeBlocks(width);
  return { width, blocks, layers: listLayers(blocks) };
}

/** Keras' name of a convolution's kernel. */
export const kernelName = (convolution: Convolution): string =>
  `${convolution.name}/${convolution.kind === 'depthwise' ? 'depthwise_kernel' : 'kernel'}`;

/** Keras' shape of a convolution's kernel: [height, width, in, out], depthwise [height, width, channels, 1]. */
export function kernelShape({ kind, channelsIn, channelsOut }: Convolution): [number, number, number, number] {
  if (kind === 'depthwise') return [3, 3, channelsIn, 1];
  return kind === 'image' ? [3, 3, channelsIn, channelsOut] : [1, 1, channelsIn, channelsOut];
}

/** The parameters of a BatchNormalization, in Keras' order. */
export const batchNormParts = ['gamma', 'beta', 'moving_mean', 'moving_variance'] as const;

const countableLayers = ({ layers }: Network): Layer[] => layers.filter((layer) => layer.kind !== 'BatchNormalization');

/**
 * The layers that stage 2 unfreezes: the last `nUnfreeze` of Keras' list, not counting BatchNormalization. Layers without
 * weights (ReLU, Add, padding, the input) count as well: the last 30 include 15 conv layers, the last 10 include 5.
 */
export const unfrozenLayers = (network: Network, nUnfreeze: number): Layer[] =>
  nUnfreeze === 0 ? [] : countableLayers(network).slice(-nUnfreeze);

/** The `nUnfreeze` for which this convolution is the first trained one; the inverse of `trainedConvolutions`. */
export function unfreezeFrom(network: Network, first: Convolution): number {
  const countable = countableLayers(network);
  return countable.length - countable.findIndex(({ convolution }) => convolution === first);
}

/** The convolutions that stage 2 trains, in the network's order. */
export const trainedConvolutions = (network: Network, nUnfreeze: number): Convolution[] =>
  unfrozenLayers(network, nUnfreeze).flatMap((layer) => layer.convolution ?? []);

/** The number of complete blocks, including the stem, before the first trained convolution; all 19 if none is trained. */
export function frozenBlockCount(network: Network, nUnfreeze: number): number {
  const trained = new Set(trainedConvolutions(network, nUnfreeze));
  const first = network.blocks.findIndex((block) => block.convolutions.some((convolution) => trained.has(convolution)));
  return first === -1 ? network.blocks.length : first;
}
