import { closeSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { type DataSource, hdf5Signature, type Unpacked } from './sources.ts';

/** What the data folder holds of a source, as far as sizes and first bytes tell; the trainer reads it all. */
export type Finding = { is: 'present' } | { is: 'missing' } | { is: 'broken'; problem: string };

/** Looks at the files themselves, whoever put them there. Quick enough to be asked again and again. */
export function inspect(dataFolder: string, { fileName, unpacked }: DataSource): Finding {
  return unpacked
    ? inspectFolder(path.join(dataFolder, unpacked.folder), unpacked)
    : inspectHdf5(path.join(dataFolder, fileName));
}

/** Whether a folder has all the files, each of the right size. */
export function inspectFolder(folder: string, { files, fileBytes }: Pick<Unpacked, 'files' | 'fileBytes'>): Finding {
  const sizes = files.map((name) => ({ name, size: sizeOf(path.join(folder, name)) }));
  if (sizes.every(({ size }) => size === null)) return { is: 'missing' };
  const wrong = sizes.find(({ size }) => size !== fileBytes);
  if (!wrong) return { is: 'present' };
  const what = wrong.size === null ? 'is not there' : `has ${wrong.size} bytes instead of ${fileBytes}`;
  return { is: 'broken', problem: `${wrong.name} ${what}` };
}

/** An HDF5 file says near its beginning how long it is, so one that was cut short can be told. */
export function inspectHdf5(file: string): Finding {
  const size = sizeOf(file);
  if (size === null) return { is: 'missing' };
  const due = lengthOfHdf5(readStart(file, 64));
  const broken = (what: string): Finding => ({ is: 'broken', problem: `${path.basename(file)} ${what}` });
  if (due === null) return broken('is not an HDF5 file, or may not be read');
  return size < due ? broken(`has ${size} bytes of ${due}`) : { is: 'present' };
}

/**
 * Reads the end-of-file address from the superblock (HDF5 File Format Specification, section II.A), of which versions 0
 * to 3 have it at different places. @returns null where that is none
 */
function lengthOfHdf5(start: Buffer): number | null {
  if (start.length < 64 || start.compare(hdf5Signature, 0, 8, 0, 8) !== 0) return null;
  const version = start[8]!;
  const addressBytes = version < 2 ? start[13] : start[9];
  const place = [40, 44, 28, 28][version];
  return place !== undefined && addressBytes === 8 ? Number(start.readBigUInt64LE(place)) : null;
}

/** Empty where the file may not be read. */
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

/** null where there is no such file, or none that may be seen. */
function sizeOf(file: string): number | null {
  try {
    const found = statSync(file);
    return found.isFile() ? found.size : null;
  } catch {
    return null;
  }
}
