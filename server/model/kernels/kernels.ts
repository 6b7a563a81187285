import { kernelsModule } from './kernels-module.ts';

/** The exports of kernels.wat. Arrays are passed as byte offsets into the memory that the module was loaded with. */
export interface Kernels {
  /** One AdamW step over `count` elements. @returns 0 if every new value is finite, else NaN */
  adam(
    values: number,
    mean: number,
    square: number,
    gradient: number,
    count: number,
    alpha: number,
    decayFactor: number,
    meanShare: number,
    squareShare: number,
    epsilon: number,
  ): number;
  /** Decodes `count` float16 numbers to float32. */
  fromFloat16(encoded: number, values: number, count: number): void;
}

const compiled = new WebAssembly.Module(Buffer.from(kernelsModule, 'base64'));

/** Instantiates the kernels on the caller's memory. */
export const loadKernels = (memory: WebAssembly.Memory): Kernels =>
  new WebAssembly.Instance(compiled, { trainer: { memory } }).exports as unknown as Kernels;

const pageBytes = 65_536;

/** Grows a memory to at least this many bytes. Growing detaches the buffer, so earlier views become unusable. */
export function reserve(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

/** Bytes of `count` float32 numbers, rounded up to complete vectors of 16 bytes. */
export const paddedBytes = (count: number): number => Math.ceil(count / 4) * 16;
