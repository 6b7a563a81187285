import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { decodeLogBytes } from '@/lib/logs/decode-log.ts';
import { describeTooLarge, maxLogBytes } from '@/lib/logs/log-bytes.ts';

export interface LogText {
  text: string;
  /** What to say about the file's encoding. */
  notes: string[];
  sha256: string;
}

/**
 * Reads a log file, limited to the maximum size of a log.
 * @param file absolute
 * @throws Error if it cannot be imported; the message is phrased to follow the file's name
 */
export async function readLogFile(file: string): Promise<LogText> {
  const entry = await lstat(file);
  if (entry.isSymbolicLink()) throw new Error('is a symbolic link; only regular files are imported');
  if (!entry.isFile()) throw new Error('is not a regular file');
  // The file may have been replaced since `lstat`, so opening must not follow links or block either.
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const { size } = await handle.stat();
    if (size > maxLogBytes) throw new Error(describeTooLarge(size));
    const bytes = Buffer.alloc(size);
    const { bytesRead } = await handle.read(bytes, 0, size, 0);
    return decodeLog(bytes.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** @throws Error if it is too large or not text; the message is phrased to follow the file's name */
export function decodeLog(bytes: Uint8Array): LogText {
  if (bytes.length > maxLogBytes) throw new Error(describeTooLarge(bytes.length));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { text, note } = decodeLogBytes(bytes);
  return { text, notes: note === null ? [] : [note], sha256 };
}
