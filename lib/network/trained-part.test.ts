import { describe, expect, it } from 'vitest';
import { mobilenetV2, trainedConvolutions } from './mobilenet-v2.ts';
import { describeBlock, describeTrainedPart } from './trained-part.ts';

const network = mobilenetV2(1);

describe('describeTrainedPart', () => {
  it.each([
    [0, 'Trains 0 of 52 conv layers (the base stays frozen)'],
    [1, 'Trains 0 of 52 conv layers (the last layer has no weights)'],
    [2, 'Trains 1 of 52 conv layers (Conv_1)'],
    [3, 'Trains 2 of 52 conv layers (block 16 – Conv_1)'],
    [10, 'Trains 5 of 52 conv layers (block 15 – Conv_1)'],
    [30, 'Trains 15 of 52 conv layers (block 12 – Conv_1)'],
    [99, 'Trains 51 of 52 conv layers (expanded_conv – Conv_1)'],
    [102, 'Trains all 52 conv layers'],
  ])('N = %i', (nUnfreeze, description) => {
    expect(describeTrainedPart(network, nUnfreeze)).toBe(description);
  });
});

describe('describeBlock', () => {
  it('lists a block’s conv layers and how many are trained', () => {
    const blockNamed = (name: string) => network.blocks.find((block) => block.name === name)!;
    const trained = new Set(trainedConvolutions(network, 30));
    expect(describeBlock(blockNamed('block_12'), trained)).toBe(
      'block 12: 3 conv layers (1 × 1, 3 × 3 depthwise, 1 × 1), 2 of them trained',
    );
    expect(describeBlock(blockNamed('Conv_1'), trained)).toBe('Conv_1: 1 conv layer (1 × 1), trained');
    expect(describeBlock(blockNamed('Conv1'), trained)).toBe('Conv1: 1 conv layer (3 × 3 on pixels), frozen');
  });
});
