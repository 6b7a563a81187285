import { describe, expect, it } from 'vitest';
import { compareAddress, readCompareState, writeCompareState } from './compare-state.ts';

const read = (query: string) => readCompareState(new URLSearchParams(query));

describe('the URL of a comparison', () => {
  it('stores and restores the complete state', () => {
    const query =
      'ids=a,b,c&metric=loss&x=time&y=log&smooth=0.6&seeds=grouped&batches=shown&fields=all&test=tta&other=c&epoch=7';
    expect(read(query)).toEqual({
      ids: ['a', 'b', 'c'],
      metric: 'loss',
      x: 'time',
      y: 'log',
      smooth: 0.6,
      seeds: true,
      batches: true,
      differences: false,
      test: 'tta',
      other: 'c',
      epoch: 7,
    });
    expect(writeCompareState(read(query))).toBe(query);
  });

  it('omits defaults', () => {
    expect(writeCompareState(read(''))).toBe('');
    expect(compareAddress(['a', 'b'])).toBe('/compare?ids=a,b');
  });

  it('treats invalid values as missing, and removes duplicate runs', () => {
    const invalid = 'ids=a,,a,b&metric=toString&x=&y=cubic&smooth=much&epoch=-3&test=both&seeds=1';
    expect(read(invalid)).toEqual(read('ids=a,b'));
    expect(read('smooth=2').smooth).toBe(0.99);
  });
});
