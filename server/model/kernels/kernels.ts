import { kernelsModule } from './kernels-module.ts';

/** What kernels.wat exports. Offsets are in bytes of the memory that it was loaded with. */
export interface Kernels {
  /** @returns 0 where every new value is finite, else NaN */
  adam(
    values: number,
    mean: number,
    square: number,
    gradient: number,
    count: number,
    alpha: number,
    kept: number,
    meanShare: number,
    squareShare: number,
    epsilon: number,
  ): number;
  fromHalves(halves: number, values: number, count: number): void;
}

const compiled = new WebAssembly.Module(Buffer.from(kernelsModule, 'base64'));

/** The kernels on a memory of one's own. */
export const loadKernels = (memory: WebAssembly.Memory): Kernels =>
  new WebAssembly.Instance(compiled, { trainer: { memory } }).exports as unknown as Kernels;

const pageBytes = 65_536;

/** Makes a memory hold so many bytes; views of it that were made before are then of no use. */
export function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

/** Bytes of so many float32 in whole vectors of 16 bytes. */
export const paddedBytes = (count: number): number => Math.ceil(count / 4) * 16;
