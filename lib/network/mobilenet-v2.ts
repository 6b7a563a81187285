/**
 * MobileNetV2 as a table (Sandler et al., 2018, table 2), with Keras' layer names and order
 * (`keras.applications.MobileNetV2`, no top): names are a contract with the weights file and with `cifar10.h5`.
 */

/** One convolution with its batch normalisation and, but for projections, its ReLU6. */
export interface Convolution {
  /** Keras' name, e.g. `block_12_depthwise`. */
  name: string;
  /** `image`: the 3 × 3 on pixels; `pointwise`: 1 × 1; `depthwise`: 3 × 3, a filter a channel. */
  kind: 'image' | 'pointwise' | 'depthwise';
  /** Name of its BatchNormalization. */
  norm: string;
  /** Name of its ReLU6; none after a projection. */
  relu: string | null;
  /** Name of the explicit padding before it (depthwise with stride 2). */
  pad: string | null;
  channelsIn: number;
  channelsOut: number;
  stride: 1 | 2;
}

/** An inverted residual block, or the stem (`Conv1`) or the top (`Conv_1`): what the frozen part is cut between. */
export interface Block {
  name: string;
  convolutions: Convolution[];
  /** Name of the Add that ends it, where input and output have one shape. */
  add: string | null;
  channelsOut: number;
}

/** One layer of Keras' list. */
export interface Layer {
  name: string;
  kind: 'InputLayer' | 'Conv2D' | 'DepthwiseConv2D' | 'BatchNormalization' | 'ReLU' | 'ZeroPadding2D' | 'Add';
  /** The convolution that a Conv2D or DepthwiseConv2D is. */
  convolution: Convolution | null;
}

/** ε of every BatchNormalization here, the head's too. */
export const batchNormEpsilon = 1e-3;

/** expansion, channels out at width 1, repeats, stride of the first. */
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
/** The same at every width up to 1. */
const topChannels = 1280;

/** Length of a feature vector. */
export const featureCount = topChannels;

/** A whole number of eights near `due`, at most a tenth below it (Keras' `_make_divisible`). */
function roundChannels(due: number): number {
  const rounded = Math.max(8, Math.floor((due + 4) / 8) * 8);
  return rounded < 0.9 * due ? rounded + 8 : rounded;
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

/** MobileNetV2 of one width. */
export interface Network {
  /** Factor of every block's channels (Keras' `alpha`). */
  width: number;
  /** Stem, 17 inverted residual blocks, top. */
  blocks: readonly Block[];
  /** Keras' list of 154 layers, the InputLayer first. */
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
 * The layers that stage 2 trains: the last `nUnfreeze` of Keras' list that are not BatchNormalization. Those without
 * weights (ReLU, Add, padding, the input) count but train nothing: 30 layers hold 15 kernels, 10 hold 5.
 */
export const unfrozenLayers = (network: Network, nUnfreeze: number): Layer[] =>
  nUnfreeze === 0 ? [] : countableLayers(network).slice(-nUnfreeze);

/** How many layers to unfreeze so that training begins with this convolution: the way back from `trainedConvolutions`. */
export function unfreezeFrom(network: Network, first: Convolution): number {
  const countable = countableLayers(network);
  return countable.length - countable.findIndex(({ convolution }) => convolution === first);
}

/** The convolutions that stage 2 trains, in the network's order. */
export const trainedConvolutions = (network: Network, nUnfreeze: number): Convolution[] =>
  unfrozenLayers(network, nUnfreeze).flatMap((layer) => layer.convolution ?? []);

/**
 * Where the network is cut: the number of whole blocks, the stem first, before the first trained kernel. All 19 when
 * nothing of the base is trained.
 */
export function frozenBlockCount(network: Network, nUnfreeze: number): number {
  const trained = new Set(trainedConvolutions(network, nUnfreeze));
  const first = network.blocks.findIndex((block) => block.convolutions.some((convolution) => trained.has(convolution)));
  return first === -1 ? network.blocks.length : first;
}
