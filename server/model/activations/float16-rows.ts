import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { storageFaultOf } from '@/lib/storage-faults.ts';
import { Float16Decoder } from './float16-decoder.ts';

/**
 * Rows of numbers stored as float16, [count, width]. Computed rows are rounded before first use, so they are bit-identical
 * to rows read from disk.
 */
export interface Float16Rows {
  readonly count: number;
  /** Reads the rows at these positions. @returns [positions.length, width]; valid until the next `read` or `slice` */
  read(positions: Uint32Array): Float32Array<ArrayBuffer>;
  /** Reads rows `start` to `end`. @returns [end − start, width]; valid until the next `read` or `slice` */
  slice(start: number, end: number): Float32Array<ArrayBuffer>;
  close(): void;
}

/** Copies the row at a position to `target`. */
type Source = (position: number, target: Uint16Array<ArrayBuffer>) => void;

class StoredRows implements Float16Rows {
  private readonly decoder = new Float16Decoder();

  constructor(
    readonly count: number,
    private readonly width: number,
    private readonly source: Source,
    readonly close: () => void = () => {},
  ) {}

  read(positions: Uint32Array): Float32Array<ArrayBuffer> {
    return this.decoder.decode(positions.length, this.width, (row, target) => this.source(positions[row]!, target));
  }

  slice(start: number, end: number): Float32Array<ArrayBuffer> {
    return this.decoder.decode(end - start, this.width, (row, target) => this.source(start + row, target));
  }
}

export function rowsInMemory(encoded: Uint16Array, width: number): Float16Rows {
  return new StoredRows(encoded.length / width, width, (position, target) =>
    target.set(encoded.subarray(position * width, (position + 1) * width)),
  );
}

/** Files with rows shorter than this many bytes are read into memory: one system call per row would take longer. */
const shortRow = 4096;
/** Bytes per read; some systems read no more than 2 GB at once. */
const maxReadBytes = 2 ** 26;

/** Opens a file of rows; null if it does not exist or has another size. */
export function openRows(file: string, width: number, count: number): Float16Rows | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch (error) {
    if (storageFaultOf(error) === 'misplaced') return null;
    throw error;
  }
  if (fstatSync(descriptor).size === count * width * Uint16Array.BYTES_PER_ELEMENT) {
    return rowsInFile({ descriptor, path: file, close: () => closeSync(descriptor) }, width, count);
  }
  closeSync(descriptor);
  return null;
}

interface OpenFile {
  descriptor: number;
  /** For messages. */
  path: string;
  close: () => void;
}

/**
 * Rows in an open file, which may have been removed from its folder. Long rows are not held in memory: the system's page
 * cache keeps what fits and frees it when memory is needed. They are read on demand without prefetching, because a batch
 * takes about a millisecond.
 * @param file closed with the rows
 */
export function rowsInFile(file: OpenFile, width: number, count: number): Float16Rows {
  const rowBytes = width * Uint16Array.BYTES_PER_ELEMENT;
  const readBytes = (target: Uint16Array<ArrayBuffer>, from: number) => {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const count = readSync(file.descriptor, bytes, at, Math.min(bytes.length - at, maxReadBytes), from + at);
      if (count === 0) throw new Error(`${file.path} was truncated while it was being read.`);
      at += count;
    }
  };
  if (rowBytes >= shortRow) {
    return new StoredRows(count, width, (position, target) => readBytes(target, position * rowBytes), file.close);
  }
  const encoded = new Uint16Array(count * width);
  try {
    readBytes(encoded, 0);
  } finally {
    file.close();
  }
  return rowsInMemory(encoded, width);
}

/** A view of the rows at these positions, in this order. */
export const pickRows = (rows: Float16Rows, positions: Uint32Array): Float16Rows => ({
  count: positions.length,
  read: (requested) => rows.read(requested.map((position) => positions[position]!)),
  slice: (start, end) => rows.read(positions.subarray(start, end)),
  close: () => rows.close(),
});
