import { type Block, type Convolution, type Network, trainedConvolutions } from './mobilenet-v2.ts';

/** Descriptions of the part of the network that stage 2 trains, for the new-run form. */

/** `block_12` → `block 12`; other blocks keep their Keras names. */
const blockTitle = ({ name }: Block): string => name.replace(/^block_/, 'block ');

/** `Trains 15 of 52 conv layers (block 12 – Conv_1)`. */
export function describeTrainedPart(network: Network, nUnfreeze: number): string {
  const trained = trainedConvolutions(network, nUnfreeze).length;
  const all = network.blocks.reduce((count, { convolutions }) => count + convolutions.length, 0);
  const part = trained === all ? 'the entire network' : trainedBlocks(network, nUnfreeze);
  return `Trains ${trained} of ${all} conv layers (${part})`;
}

/** The first and the last trained block, or why none is trained. */
function trainedBlocks(network: Network, nUnfreeze: number): string {
  if (nUnfreeze === 0) return 'the base stays frozen';
  const [first] = trainedConvolutions(network, nUnfreeze);
  if (!first) return `the last ${nUnfreeze === 1 ? 'layer has' : `${nUnfreeze} layers have`} no weights`;
  const block = network.blocks.find(({ convolutions }) => convolutions.includes(first))!;
  const last = network.blocks.at(-1)!;
  return block === last ? blockTitle(last) : `${blockTitle(block)} – ${blockTitle(last)}`;
}

const kindTitles: Record<Convolution['kind'], string> = {
  image: '3 × 3 on pixels',
  pointwise: '1 × 1',
  depthwise: '3 × 3 depthwise',
};

/** `block 12: 3 conv layers (1 × 1, 3 × 3 depthwise, 1 × 1), 2 trained`. */
export function describeBlock(block: Block, trained: ReadonlySet<Convolution>): string {
  const { length } = block.convolutions;
  const count = block.convolutions.filter((convolution) => trained.has(convolution)).length;
  const kinds = block.convolutions.map(({ kind }) => kindTitles[kind]).join(', ');
  const part = count === 0 ? 'frozen' : count === length ? 'trained' : `${count} trained`;
  return `${blockTitle(block)}: ${length === 1 ? '1 conv layer' : `${length} conv layers`} (${kinds}), ${part}`;
}
