import { closeSync, openSync, readSync } from 'node:fs';
import { Float16Decoder } from './float16-decoder.ts';

/**
 * Rows of numbers kept as halves, [count, width]. What is kept so has been rounded before anybody used it: whether it was
 * computed just now or read from disk, it is the same to the bit.
 */
export interface Float16Rows {
  readonly count: number;
  /** @returns [places.length, width]; good until rows are read again, here or by `slice` */
  read(places: Uint32Array): Float32Array<ArrayBuffer>;
  /** @returns [end − start, width]; good as long */
  slice(start: number, end: number): Float32Array<ArrayBuffer>;
  close(): void;
}

/** Copies the row at a place to `target`. */
type Source = (place: number, target: Uint16Array<ArrayBuffer>) => void;

class StoredRows implements Float16Rows {
  private readonly decoder = new Float16Decoder();

  constructor(
    readonly count: number,
    private readonly width: number,
    private readonly source: Source,
    readonly close: () => void = () => {},
  ) {}

  read(places: Uint32Array): Float32Array<ArrayBuffer> {
    return this.decoder.decode(places.length, this.width, (row, target) => this.source(places[row]!, target));
  }

  slice(start: number, end: number): Float32Array<ArrayBuffer> {
    return this.decoder.decode(end - start, this.width, (row, target) => this.source(start + row, target));
  }
}

export function rowsInMemory(halves: Uint16Array, width: number): Float16Rows {
  return new StoredRows(halves.length / width, width, (place, target) =>
    target.set(halves.subarray(place * width, (place + 1) * width)),
  );
}

/** Rows shorter than this many bytes are read once, into memory: a system call each would cost more than they do. */
const shortRow = 4096;
/** Some systems read no more than 2 GB at once. */
const mostAtOnce = 2 ** 26;

/**
 * Rows in a file. Long ones stay there: the system's page cache holds what fits, and gives it back when memory is wanted
 * elsewhere. They are read when they are asked for and not ahead, since a batch takes about a millisecond.
 */
export function rowsInFile(file: string, width: number, count: number): Float16Rows {
  const descriptor = openSync(file, 'r');
  const rowBytes = width * Uint16Array.BYTES_PER_ELEMENT;
  const read = (target: Uint16Array<ArrayBuffer>, from: number) => {
    const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    for (let at = 0; at < bytes.length; ) {
      const found = readSync(descriptor, bytes, at, Math.min(bytes.length - at, mostAtOnce), from + at);
      if (found === 0) throw new Error(`${file} was cut short while it was being read.`);
      at += found;
    }
  };
  const close = () => closeSync(descriptor);
  if (rowBytes >= shortRow)
    return new StoredRows(count, width, (place, target) => read(target, place * rowBytes), close);
  const halves = new Uint16Array(count * width);
  try {
    read(halves, 0);
  } finally {
    close();
  }
  return rowsInMemory(halves, width);
}

/** Some of the rows, in an order of their own. */
export const pickRows = (rows: Float16Rows, places: Uint32Array): Float16Rows => ({
  count: places.length,
  read: (wanted) => rows.read(wanted.map((place) => places[place]!)),
  slice: (start, end) => rows.read(places.subarray(start, end)),
  close: () => rows.close(),
});
