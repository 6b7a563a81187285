import { describe, expect, it } from 'vitest';
import { parseLenientJson } from './lenient-json.ts';

describe('parseLenientJson', () => {
  it('reads NaN and infinities as null and leaves strings alone', () => {
    const text = '{"a": NaN, "b": [-Infinity, Infinity,NaN, -1], "NaN": "NaN \\" -Infinity", "c": {"d":NaN}}';
    expect(parseLenientJson(text)).toEqual({
      a: null,
      b: [null, null, null, -1],
      NaN: 'NaN " -Infinity',
      c: { d: null },
    });
  });

  it('reads them in any case, but no other words', () => {
    const text = '[nan, -nan, NAN, inf, -inf, +Inf, -INFINITY, null, {"inf": "nan"}]';
    expect(parseLenientJson(text)).toEqual([null, null, null, null, null, null, null, null, { inf: 'nan' }]);
    for (const word of ['nano', 'info', 'none', '+1'])
      expect(() => parseLenientJson(`[${word}]`)).toThrow('is not JSON');
  });

  it.each([
    ['', 'is empty'],
    [' \n', 'is empty'],
    ['{"a": [1, 2', 'is not JSON'],
    ['{"a": "b', 'is not JSON'],
    ['{"a": NaNs}', 'is not JSON'],
    ['[]]', 'is not JSON'],
    ['{"__proto__": {"status": "completed"}}', '__proto__'],
    ['{"a": {"__proto__": 1}}', '__proto__'],
    ['['.repeat(1_000_000), 'nested'],
  ])('says what is wrong with %.20s', (text, reason) => {
    expect(() => parseLenientJson(text)).toThrow(reason);
    expect(({} as Record<string, unknown>).status).toBeUndefined();
  });
});
