import { type Block, type Convolution, type Network, trainedConvolutions } from './mobilenet-v2.ts';

/** What of the network `n_unfreeze` trains, for the strip that shows it and in words. */

/** `block_12` → `block 12`; the rest are named as Keras names them. */
const blockTitle = ({ name }: Block): string => name.replace(/^block_/, 'block ');

/** `15 of 52 kernels: block 12 to Conv_1`. */
export function describeTrainedPart(network: Network, nUnfreeze: number): string {
  const { blocks } = network;
  const trained = trainedConvolutions(network, nUnfreeze);
  const [first] = trained;
  const all = blocks.reduce((count, { convolutions }) => count + convolutions.length, 0);
  const share = `${trained.length} of ${all} kernels`;
  if (!first) {
    return nUnfreeze === 0
      ? `${share}: the base stays frozen`
      : `${share}: the last ${nUnfreeze === 1 ? 'layer has' : `${nUnfreeze} layers have`} no weights`;
  }
  const block = blocks.find(({ convolutions }) => convolutions.includes(first))!;
  const last = blocks.at(-1)!;
  return trained.length === all
    ? `${share}: the whole network`
    : `${share}: ${block === last ? '' : `${blockTitle(block)} to `}${blockTitle(last)}`;
}

const kindWords: Record<Convolution['kind'], string> = {
  image: '3 × 3 on pixels',
  pointwise: '1 × 1',
  depthwise: '3 × 3 depthwise',
};

/** `block 12: 3 kernels (1 × 1, 3 × 3 depthwise, 1 × 1), 2 of them trained`. */
export function describeBlock(block: Block, trained: ReadonlySet<Convolution>): string {
  const { length } = block.convolutions;
  const count = block.convolutions.filter((convolution) => trained.has(convolution)).length;
  const kinds = block.convolutions.map(({ kind }) => kindWords[kind]).join(', ');
  const part = count === 0 ? 'frozen' : count === length ? 'trained' : `${count} of them trained`;
  return `${blockTitle(block)}: ${length === 1 ? '1 kernel' : `${length} kernels`} (${kinds}), ${part}`;
}
