import path from 'node:path';

/** Names of file formats that folders of images often contain by mistake. */

const byExtension: Record<string, string | undefined> = {
  webp: 'WebP',
  gif: 'GIF',
  bmp: 'BMP',
  tif: 'TIFF',
  tiff: 'TIFF',
  heic: 'HEIC',
  heif: 'HEIC',
  avif: 'AVIF',
  jxl: 'JPEG XL',
  svg: 'SVG',
  pdf: 'PDF',
  htm: 'a web page',
  html: 'a web page',
  zip: 'a ZIP archive',
};

/** The format of a file by its name; null if unknown. */
export const formatByName = (file: string): string | null =>
  byExtension[path.extname(file).slice(1).toLowerCase()] ?? null;

/** Patterns for the first bytes, read as Latin-1. */
const beginnings: readonly [pattern: RegExp, format: string][] = [
  [/^RIFF.{4}WEBP/s, 'WebP'],
  [/^GIF8/, 'GIF'],
  [/^BM.{4}\0\0\0\0/s, 'BMP'],
  [/^(II[*+]\0|MM\0[*+])/, 'TIFF'],
  [/^.{4}ftyp(avif|avis)/s, 'AVIF'],
  [/^.{4}ftyp(hei|hev|mif|msf)/s, 'HEIC'],
  [/^(\xff\n|.{4}JXL )/s, 'JPEG XL'],
  [/^%PDF/, 'PDF'],
  [/^PK[^ -~]{2}/, 'a ZIP archive'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer'],
  [/^(\xef\xbb\xbf)?\s*(?=<).*<(!doctype html|html|head|body)\b/is, 'a web page'],
  [/^(\xef\xbb\xbf)?\s*(?=<).*<svg\b/is, 'SVG'],
];

/** The format of a file by its content, if it is neither PNG nor JPEG; null if unknown. */
export function formatByContent(bytes: Buffer): string | null {
  const start = bytes.toString('latin1', 0, 1024);
  return beginnings.find(([pattern]) => pattern.test(start))?.[1] ?? null;
}

/** Whether a PNG or JPEG file has no end. */
export function isCutOff(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 1, 4) === 'PNG') return !bytes.includes('IEND', -64, 'latin1');
  return bytes[0] === 0xff && bytes[1] === 0xd8 && !bytes.includes(Buffer.of(0xff, 0xd9));
}
