export interface DecodedLog {
  text: string;
  /** What to say about the encoding; null for UTF-8 and UTF-16. */
  note: string | null;
}

/** Byte order marks, longest first: UTF-32LE starts with the mark of UTF-16LE. */
const marks: readonly { bytes: readonly number[]; encoding: string | null }[] = [
  { bytes: [0xff, 0xfe, 0, 0], encoding: null },
  { bytes: [0, 0, 0xfe, 0xff], encoding: null },
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
];

/** The characters of Windows-1252 from 0x80 to 0x9F; five are not assigned. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Control characters that no text contains. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above
const controls = /[\0-\x08\x0e-\x1f]/;

/**
 * Decodes a log: UTF-8 or UTF-16 with or without a byte order mark, otherwise Windows-1252, of which Latin-1 is a part.
 * No character is replaced.
 * @throws Error whose message continues the file's name
 */
export function decodeLogBytes(bytes: Uint8Array): DecodedLog {
  const mark = marks.find((each) => each.bytes.every((byte, at) => bytes[at] === byte));
  if (mark?.encoding === null) throw new Error('is UTF-32 text; save it as UTF-8');
  const encoding = mark?.encoding ?? guessUtf16(bytes) ?? 'utf-8';
  const text = decode(bytes, encoding);
  if (text !== null) return { text: checkText(text), note: null };
  if (encoding !== 'utf-8' || mark) throw new Error(`is not valid ${encoding.toUpperCase()} text`);
  const western = decode(bytes, 'windows-1252') ?? '';
  // Some versions of Node decode these bytes as Latin-1, which has control characters there.
  const repaired = western.replace(/[\x80-\x9f]/g, (control) => windows1252[control.charCodeAt(0) - 0x80]!);
  return { text: checkText(repaired), note: 'not UTF-8, read as Windows-1252 (Latin-1)' };
}

/** JSON starts with two ASCII characters, so in UTF-16 one byte of each pair is zero. */
function guessUtf16([first, second, third, fourth]: Uint8Array): string | null {
  if (first === 0 && second !== 0 && (third === undefined || third === 0)) return 'utf-16be';
  if (first !== 0 && second === 0 && (fourth === undefined || fourth === 0)) return 'utf-16le';
  return null;
}

function decode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function checkText(text: string): string {
  if (controls.test(text)) throw new Error('is not a text file');
  return text;
}
