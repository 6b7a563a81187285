import { expect, it } from 'vitest';
import { crc32cPolynomial, crc32Polynomial, createCrc } from './crc.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

it('gives the check values of both polynomials’ standards', () => {
  expect(createCrc(crc32Polynomial)(bytes('123456789'))).toBe(0xcbf43926);
  expect(createCrc(crc32cPolynomial)(bytes('123456789'))).toBe(0xe3069283);
  // RFC 3720, B.4.
  expect(createCrc(crc32cPolynomial)(new Uint8Array(32))).toBe(0x8a9136aa);
});
