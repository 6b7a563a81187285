import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** A file that was not read. The message is the reason, phrased to follow the file's name. */
export class UnreadableFile extends Error {}

/**
 * Reads a regular file, or the one that a link points to. Never waits for a pipe or a device, and never reads more than
 * the limit.
 * @param maxBytes the largest accepted size
 * @throws UnreadableFile with the reason
 */
export async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  try {
    // Without this check, opening a device might have effects.
    if (!(await stat(file)).isFile()) throw new UnreadableFile('is not a regular file');
    // The file may have been replaced meanwhile, so opening must not block.
    const handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const info = await handle.stat();
      if (!info.isFile()) throw new UnreadableFile('is not a regular file');
      if (info.size > maxBytes) throw new UnreadableFile(`has more than ${Math.round(maxBytes / 2 ** 20)} MB`);
      const bytes = Buffer.alloc(info.size);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = (await handle.read(bytes, length, bytes.length - length, length)).bytesRead;
      }
      return bytes.subarray(0, length);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    throw new UnreadableFile(`cannot be read: ${describeReadError(error)}`, { cause: error });
  }
}

/** Why a file or folder could not be read, without its path. */
export function describeReadError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return reasons[code ?? ''] ?? code ?? message;
}

const reasons: Record<string, string | undefined> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'it is a loop of links',
  ENOENT: 'it does not exist',
  ENOTDIR: 'it is not a folder',
  EIO: 'the disk reports an error',
  ESTALE: 'the network file system no longer has it',
};
