import { expect, it } from 'vitest';
import { crc32c } from './crc32c.ts';

it('computes the check values of the standard', () => {
  expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  // RFC 3720, B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});
