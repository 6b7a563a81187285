import { closeSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { type DataSource, hdf5Signature, type Unpacked } from './sources.ts';

/**
 * The state of a source in the data folder, judged by file sizes and first bytes; the trainer reads the complete files.
 */
export type Finding = { is: 'present' } | { is: 'missing' } | { is: 'broken'; problem: string };

/** Inspects the files themselves, so manually placed ones count, too. Fast enough to be called often. */
export function inspect(dataFolder: string, { fileName, unpacked }: DataSource): Finding {
  return unpacked
    ? inspectFolder(path.join(dataFolder, unpacked.folder), unpacked)
    : inspectHdf5(path.join(dataFolder, fileName));
}

/** Checks that a folder has all the files, each of the right size. */
export function inspectFolder(folder: string, { files, fileBytes }: Pick<Unpacked, 'files' | 'fileBytes'>): Finding {
  const sizes = files.map((name) => ({ name, size: sizeOf(path.join(folder, name)) }));
  if (sizes.every(({ size }) => size === null)) return { is: 'missing' };
  const wrong = sizes.find(({ size }) => size !== fileBytes);
  if (!wrong) return { is: 'present' };
  const what = wrong.size === null ? 'is missing' : `has ${wrong.size} bytes instead of ${fileBytes}`;
  return { is: 'broken', problem: `${wrong.name} ${what}` };
}

/** Detects a truncated HDF5 file by the length that its header states. */
export function inspectHdf5(file: string): Finding {
  const size = sizeOf(file);
  if (size === null) return { is: 'missing' };
  const expected = lengthOfHdf5(readStart(file, 64));
  const broken = (what: string): Finding => ({ is: 'broken', problem: `${path.basename(file)} ${what}` });
  if (expected === null) return broken('is not an HDF5 file or cannot be read');
  return size < expected ? broken(`has ${size} of ${expected} bytes`) : { is: 'present' };
}

/**
 * Reads the end-of-file address from the superblock (HDF5 File Format Specification, section II.A). Its offset depends
 * on the version, 0 to 3. @returns the length in bytes; null if this is not a superblock
 */
function lengthOfHdf5(start: Buffer): number | null {
  if (start.length < 64 || start.compare(hdf5Signature, 0, 8, 0, 8) !== 0) return null;
  const version = start[8]!;
  const addressBytes = version < 2 ? start[13] : start[9];
  const offset = [40, 44, 28, 28][version];
  return offset !== undefined && addressBytes === 8 ? Number(start.readBigUInt64LE(offset)) : null;
}

/** @returns the first bytes; empty if the file cannot be read */
function readStart(file: string, length: number): Buffer {
  const start = Buffer.alloc(length);
  try {
    const handle = openSync(file, 'r');
    const read = readSync(handle, start, 0, length, 0);
    closeSync(handle);
    return start.subarray(0, read);
  } catch {
    return Buffer.alloc(0);
  }
}

/** @returns the file's size; null if it does not exist or is inaccessible */
function sizeOf(file: string): number | null {
  try {
    const found = statSync(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}
