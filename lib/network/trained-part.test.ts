import { describe, expect, it } from 'vitest';
import { mobilenetV2, trainedConvolutions } from './mobilenet-v2.ts';
import { describeBlock, describeTrainedPart } from './trained-part.ts';

const network = mobilenetV2(1);

describe('describeTrainedPart', () => {
  it.each([
    [0, '0 of 52 kernels: the base stays frozen'],
    [1, '0 of 52 kernels: the last layer has no weights'],
    [2, '1 of 52 kernels: Conv_1'],
    [3, '2 of 52 kernels: block 16 to Conv_1'],
    [10, '5 of 52 kernels: block 15 to Conv_1'],
    [30, '15 of 52 kernels: block 12 to Conv_1'],
    [99, '51 of 52 kernels: expanded_conv to Conv_1'],
    [102, '52 of 52 kernels: the whole network'],
  ])('N = %i', (nUnfreeze, words) => {
    expect(describeTrainedPart(network, nUnfreeze)).toBe(words);
  });
});

describe('describeBlock', () => {
  it('says what a block has, and how much of it is trained', () => {
    const named = (name: string) => network.blocks.find((block) => block.name === name)!;
    const trained = new Set(trainedConvolutions(network, 30));
    expect(describeBlock(named('block_12'), trained)).toBe(
      'block 12: 3 kernels (1 × 1, 3 × 3 depthwise, 1 × 1), 2 of them trained',
    );
    expect(describeBlock(named('Conv_1'), trained)).toBe('Conv_1: 1 kernel (1 × 1), trained');
    expect(describeBlock(named('Conv1'), trained)).toBe('Conv1: 1 kernel (3 × 3 on pixels), frozen');
  });
});
