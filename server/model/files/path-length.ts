import path from 'node:path';

/** Linux and macOS allow names of 255 bytes; temporary files have up to 20 more than their file. */
const maxNameBytes = 230;
/** Linux allows 4,095, with the same addition. */
const maxPathBytes = 4000;

/** Why a file cannot be written under an absolute path, phrased to follow it; null if its length is no problem. */
export function describeTooLong(file: string): string | null {
  const longest = Math.max(...file.split(path.sep).map((name) => Buffer.byteLength(name)));
  if (longest > maxNameBytes) return `has a name of ${longest} bytes; the limit is ${maxNameBytes}`;
  const bytes = Buffer.byteLength(file);
  return bytes > maxPathBytes ? `has a path of ${bytes} bytes; the limit is ${maxPathBytes}` : null;
}
