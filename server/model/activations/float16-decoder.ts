import { loadKernels, paddedBytes, reserve } from '@/server/model/kernels/kernels.ts';

/** Decodes float16 rows into memory that is reused, because allocating memory for every batch costs time. */
export class Float16Decoder {
  private readonly memory = new WebAssembly.Memory({ initial: 0 });
  private readonly kernels = loadKernels(this.memory);

  /**
   * @param read copies the float16 numbers of one row, [width], into `target`
   * @returns the numbers as float32, exact: [count, width]; valid until the next call
   */
  decode(
    count: number,
    width: number,
    read: (row: number, target: Uint16Array<ArrayBuffer>) => void,
  ): Float32Array<ArrayBuffer> {
    const rowBytes = width * Float32Array.BYTES_PER_ELEMENT;
    const start = paddedBytes(width); // leaves room for one float16 row before the output
    reserve(this.memory, start + count * rowBytes + paddedBytes(1));
    const encoded = new Uint16Array(this.memory.buffer, 0, width);
    for (let row = 0; row < count; row++) {
      read(row, encoded);
      // If a row is not a multiple of the vector size, the next row overwrites the excess.
      this.kernels.fromFloat16(0, start + row * rowBytes, width);
    }
    return new Float32Array(this.memory.buffer, start, count * width);
  }
}
