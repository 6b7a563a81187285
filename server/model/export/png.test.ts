import { inflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { crc32Polynomial, createCrc } from '@/server/runs/files/crc.ts';
import { encodePng } from './png.ts';

it('is a PNG of whole chunks that holds the pixels row by row', () => {
  const rgb = Uint8Array.from({ length: 2 * 3 * 3 }, (_, index) => 10 * index);
  const file = encodePng(2, 3, rgb);
  expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const body = file.subarray(at + 4, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(createCrc(crc32Polynomial)(body));
    chunks.set(body.toString('latin1', 0, 4), body.subarray(4));
    at += 12 + length;
  }
  expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
  expect([...chunks.get('IHDR')!]).toEqual([0, 0, 0, 2, 0, 0, 0, 3, 8, 2, 0, 0, 0]);
  const rows = inflateSync(chunks.get('IDAT')!);
  expect([...rows]).toEqual([0, ...rgb.subarray(0, 6), 0, ...rgb.subarray(6, 12), 0, ...rgb.subarray(12)]);
  expect(() => encodePng(2, 2, rgb)).toThrow('[height, width, 3]');
});
