import { expect, it } from 'vitest';
import { bareValue, describeValue } from './describe-value.ts';
import { fieldNamed } from './fields.ts';

it.each([
  ['train_limit', 0, 'all', 'all'],
  ['image_size', 160, '160', '160\u00a0px'],
  ['rotation', 15, '15', '15\u00a0°'],
  ['lr_stage2', 1e-5, '1e-5', '1e-5'],
  ['dropout', 0, '0', '0'],
  ['seed', 123_456_789, '123456789', '123456789'],
  ['augment', false, 'off', 'off'],
  ['tags', [], '–', '–'],
  ['tags', ['a', 'b'], 'a, b', 'a, b'],
  ['name', '', '–', '–'],
] as const)('formats %s = %j as %s, and with its unit as %s', (name, value, bare, withUnit) => {
  expect(bareValue(name, value)).toBe(bare);
  expect(describeValue(fieldNamed(name), value)).toBe(withUnit);
});
