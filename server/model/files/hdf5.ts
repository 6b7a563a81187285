import { open } from 'node:fs/promises';
import { File, type Group, ready } from 'h5wasm/node';
import { replaceAtomically } from './write-atomically.ts';

/**
 * HDF5 files through h5wasm, which uses the real filesystem in Node. Files are always closed, even after an error: an open
 * file occupies WebAssembly memory for the lifetime of the process.
 */

const signature = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');

/** Whether a file has HDF5's signature. Checked before opening, because the library prints a page of C errors on failure. */
export async function isHdf5(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const start = Buffer.alloc(signature.length);
    await handle.read(start, 0, start.length, 0);
    return start.equals(signature);
  } finally {
    await handle.close();
  }
}

/** Opens an HDF5 file, passes its root to `read` and closes it. `read` must return copies, not datasets. */
export async function readHdf5<T>(file: string, read: (root: Group) => T): Promise<T> {
  await ready;
  if (!(await isHdf5(file))) throw new Error(`${file} is not an HDF5 file.`);
  const root = new File(file, 'r');
  try {
    return read(root);
  } finally {
    root.close();
  }
}

/** Writes an HDF5 file atomically. @returns its size in bytes */
export async function writeHdf5(file: string, write: (root: Group) => void): Promise<number> {
  await ready;
  return replaceAtomically(file, async (temporary) => {
    const root = new File(temporary, 'w');
    try {
      write(root);
      root.flush();
    } finally {
      root.close();
    }
    const handle = await open(temporary, 'r+');
    await handle.sync();
    await handle.close();
  });
}
