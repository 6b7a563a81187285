import { expect, it } from 'vitest';
import { decodeLogBytes } from './decode-log.ts';

const text = '{"name": "été"}';
const utf16be = (content: string) => Buffer.from(content, 'utf16le').swap16();

it.each<[string, Buffer]>([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`)],
  ['UTF-16LE with a mark', Buffer.from(`\uFEFF${text}`, 'utf16le')],
  ['UTF-16LE', Buffer.from(text, 'utf16le')],
  ['UTF-16BE with a mark', utf16be(`\uFEFF${text}`)],
  ['UTF-16BE', utf16be(text)],
])('reads %s', (_, bytes) => {
  expect(decodeLogBytes(bytes)).toEqual({ text, note: null });
});

it('reads Latin-1 with a note, and characters that only Windows-1252 has', () => {
  expect(decodeLogBytes(Buffer.from(text, 'latin1'))).toEqual({ text, note: expect.stringContaining('Windows-1252') });
  expect(decodeLogBytes(Buffer.from([0x22, 0x80, 0x22])).text).toBe('"€"');
});

it.each<[string, Buffer, string]>([
  ['a binary file', Buffer.from([0x89, 0x48, 0x44, 0x46, 0xff, 0x01, 0x00]), 'is not a text file'],
  ['zero bytes', Buffer.alloc(8), 'is not a text file'],
  ['half a UTF-16 pair', Buffer.from([0xff, 0xfe, 0x00, 0xd8]), 'is not valid UTF-16LE'],
  ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0]), 'save it as UTF-8'],
])('refuses %s', (_, bytes, reason) => {
  expect(() => decodeLogBytes(bytes)).toThrow(reason);
});

it('reads an empty file as an empty text', () => {
  expect(decodeLogBytes(Buffer.alloc(0)).text).toBe('');
});
