import { type Block, type Convolution, type Network, trainedConvolutions } from './mobilenet-v2.ts';

/** Descriptions of the part of the network that `n_unfreeze` trains. */

/** `block_12` → `block 12`; other blocks keep Keras' names. */
const blockTitle = ({ name }: Block): string => name.replace(/^block_/, 'block ');

/** `Trains 15 of 52 conv layers (block 12 – Conv_1)`. */
export function describeTrainedPart(network: Network, nUnfreeze: number): string {
  const { blocks } = network;
  const trained = trainedConvolutions(network, nUnfreeze);
  const [first] = trained;
  const total = blocks.reduce((count, { convolutions }) => count + convolutions.length, 0);
  if (trained.length === total) return `Trains all ${total} conv layers`;
  const share = `Trains ${trained.length} of ${total} conv layers`;
  if (!first) {
    return nUnfreeze === 0
      ? `${share} (the base stays frozen)`
      : `${share} (the last ${nUnfreeze === 1 ? 'layer has' : `${nUnfreeze} layers have`} no weights)`;
  }
  const block = blocks.find(({ convolutions }) => convolutions.includes(first))!;
  const last = blocks.at(-1)!;
  return `${share} (${block === last ? '' : `${blockTitle(block)} – `}${blockTitle(last)})`;
}

const kindTitles: Record<Convolution['kind'], string> = {
  image: '3 × 3 on pixels',
  pointwise: '1 × 1',
  depthwise: '3 × 3 depthwise',
};

/** `block 12: 3 conv layers (1 × 1, 3 × 3 depthwise, 1 × 1), 2 of them trained`. */
export function describeBlock(block: Block, trained: ReadonlySet<Convolution>): string {
  const { length } = block.convolutions;
  const count = block.convolutions.filter((convolution) => trained.has(convolution)).length;
  const kinds = block.convolutions.map(({ kind }) => kindTitles[kind]).join(', ');
  const state = count === 0 ? 'frozen' : count === length ? 'trained' : `${count} of them trained`;
  return `${blockTitle(block)}: ${length === 1 ? '1 conv layer' : `${length} conv layers`} (${kinds}), ${state}`;
}
